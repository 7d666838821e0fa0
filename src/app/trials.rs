//! The end of test mode: the tests of a campaign are deleted when it opens.

use super::{App, Failure};
use crate::domain::campaign::Campaign;
use crate::store::responses::trial::end_tests;

/// Deletes the tests of a campaign that was just read, if it has opened since they were stored. So the first request
/// after the opening finds none, even before the background task comes by.
pub(super) async fn end_if_opened(app: &App, campaign: &Campaign) -> Result<(), Failure> {
    let now = app.now();
    if campaign.testing && !campaign.is_testing(now) {
        // On a connection of its own: a transaction of the caller may be rolled back.
        end_tests(&mut *app.connection().await?, now).await?;
    }
    Ok(())
}
