//! Shared lookups: one query answers all who ask for the same thing at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};

use aftercare::app::single_flight::SingleFlight;
use aftercare::app::tasks::Tasks;
use aftercare::config::DatabaseConfig;
use aftercare::store::pools::Pools;
use diesel::sql_types::Integer;
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::support::postgres::TestDatabase;

static QUERIES: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn those_who_ask_at_the_same_time_share_a_query_and_nothing_is_remembered() {
    let database = TestDatabase::create_empty().await;
    let config = DatabaseConfig::new(database.url(), "/nonexistent").with_pool_sizes(2, 1);
    let pools = Pools::new(&database.target(), &config).unwrap();
    let tasks = Tasks::default();
    let lookups: SingleFlight<i32, i32> =
        SingleFlight::start(&pools.requests, &tasks, |conn, divisor| {
            QUERIES.fetch_add(1, Ordering::SeqCst);
            let query = diesel::dsl::sql::<Integer>("SELECT 100 / ").bind::<Integer, _>(*divisor);
            // Named here, since the method `load` of the trait would hide that of the counter.
            async move { diesel_async::RunQueryDsl::get_result(query, conn).await }.boxed()
        });

    let found = join_all((0..300).map(|number| lookups.find(number % 3))).await;
    for (number, found) in found.into_iter().enumerate() {
        // A query that fails tells nothing, and harms nobody who asked for something else.
        assert_eq!(found, [None, Some(100), Some(50)][number % 3]);
    }
    let shared = QUERIES.load(Ordering::SeqCst);
    assert!(shared < 30, "{shared} queries for 300 questions");

    assert_eq!(lookups.find(4).await, Some(25));
    assert_eq!(lookups.find(4).await, Some(25));
    assert_eq!(QUERIES.load(Ordering::SeqCst), shared + 2);

    pools.close();
    assert_eq!(lookups.find(4).await, None);
}
