//! What may change of a campaign, and when.

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::domain::campaign::NotOpen;
use crate::domain::ids::{CampaignId, FormId};

fn campaign(access: Access) -> Campaign {
    let day = |days| DateTime::UNIX_EPOCH + TimeDelta::days(days);
    Campaign {
        id: CampaignId(Uuid::nil()),
        key: "spring".parse().unwrap(),
        form_id: FormId(Uuid::nil()),
        form: "daily-life".parse().unwrap(),
        title: Text::default(),
        description: None,
        schedule: Schedule {
            opens_at: day(10),
            closes_at: day(20),
        },
        closed_at: None,
        settings: PrivacySettings {
            access,
            release_size: 10,
            k: 5,
            freezes_at: None,
            retained_until: day(100),
            grace_days: 0,
            insights_from: None,
            left_out: LeftOut::default(),
            masking_weights: MaskingWeights::default(),
        },
        proof_of_work: None,
        created_at: day(0),
        erased_at: None,
        form_version: None,
        testing: false,
        server_key: crate::domain::server_key::KeyNumber::FIRST,
        revision: 0,
    }
}

fn closes_at(days: i64) -> CampaignChange {
    CampaignChange {
        closes_at: Some(DateTime::UNIX_EPOCH + TimeDelta::days(days)),
        ..CampaignChange::default()
    }
}

#[test]
fn an_ended_campaign_opens_again_only_while_nobody_has_answered() {
    let ended = DateTime::UNIX_EPOCH + TimeDelta::days(25);
    let open = campaign(Access::Open);
    assert!(open.change(&closes_at(30), false, ended).is_ok());
    assert_eq!(
        open.change(&closes_at(30), true, ended),
        Err(ChangeRefused::Ended)
    );
    let pass = campaign(Access::Pass);
    assert_eq!(
        pass.change(&closes_at(30), false, ended),
        Err(ChangeRefused::Ended)
    );
}

#[test]
fn a_closed_campaign_can_only_delete_sooner() {
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(12);
    let closed = campaign(Access::Open)
        .close(None, true, now)
        .unwrap()
        .unwrap();
    assert_eq!(closed.close(None, true, now), Ok(None));
    assert_eq!(
        closed.change(&closes_at(18), false, now),
        Err(ChangeRefused::Closed)
    );
    let sooner = CampaignChange {
        retained_until: Some(DateTime::UNIX_EPOCH + TimeDelta::days(50)),
        ..CampaignChange::default()
    };
    assert!(closed.change(&sooner, true, now).is_ok());
}

fn day(days: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(days)
}

fn with_grace(access: Access, grace_days: i32) -> Campaign {
    let mut campaign = campaign(access);
    campaign.settings.grace_days = grace_days;
    campaign
}

#[test]
fn late_responses_are_taken_from_the_end_to_the_end_of_the_grace() {
    let moment = TimeDelta::microseconds(1);
    let campaign = with_grace(Access::Open, 14);
    assert_eq!(campaign.accepts_until(), day(34));
    for (now, accepts) in [
        (day(10) - moment, Err(NotOpen::Upcoming)),
        (day(10), Ok(())),
        (day(20), Ok(())),
        (day(34) - moment, Ok(())),
        (day(34), Err(NotOpen::Closed)),
    ] {
        assert_eq!(campaign.check_accepts(now), accepts, "{now}");
    }
    assert_eq!(campaign.check_open(day(20)), Err(NotOpen::Closed));
    let closed = campaign.close(Some(2), false, day(12)).unwrap().unwrap();
    assert_eq!(closed.accepts_until(), day(14));
    let closed_late = campaign.close(None, true, day(25)).unwrap().unwrap();
    assert_eq!(closed_late.accepts_until(), day(34), "it had ended before");
    let never_opened = campaign.close(None, false, day(5)).unwrap().unwrap();
    assert_eq!(
        never_opened.check_accepts(day(6)),
        Err(NotOpen::Closed),
        "nobody can have filled it in"
    );
}

#[test]
fn the_grace_is_a_promise_that_may_only_grow_and_not_after_its_end() {
    let grace = |days| CampaignChange {
        grace_days: Some(days),
        ..CampaignChange::default()
    };
    let campaign = with_grace(Access::Code, 14);
    assert!(campaign.change(&grace(3), false, day(12)).is_ok());
    assert!(campaign.change(&grace(20), true, day(25)).is_ok());
    let shorter = Err(ChangeRefused::Promised(vec![Promise::GraceDays]));
    assert_eq!(campaign.change(&grace(3), true, day(12)), shorter);
    assert_eq!(
        campaign.close(Some(13), true, day(12)),
        Err(ChangeRefused::Promised(vec![Promise::GraceDays]))
    );
    assert_eq!(
        campaign.change(&grace(20), true, day(34)),
        Err(ChangeRefused::Ended)
    );
    assert_eq!(
        campaign.close(Some(20), true, day(34)),
        Err(ChangeRefused::Ended)
    );
    assert_eq!(
        campaign.change(&grace(81), false, day(12)),
        Err(ChangeRefused::Schedule(ScheduleFault::GraceTooLong))
    );
    for days in [-1, 91] {
        let refused = Err(ChangeRefused::Schedule(ScheduleFault::GraceOutOfRange));
        assert_eq!(campaign.change(&grace(days), false, day(12)), refused);
    }
}

#[test]
fn within_the_grace_nothing_was_released_yet_so_only_passes_keep_it_from_opening_again() {
    let now = day(25);
    assert!(
        with_grace(Access::Code, 14)
            .change(&closes_at(30), true, now)
            .is_ok()
    );
    assert_eq!(
        with_grace(Access::Pass, 14).change(&closes_at(30), true, now),
        Err(ChangeRefused::Ended)
    );
}

#[test]
fn a_campaign_that_has_opened_and_has_responses_cannot_open_later() {
    let later = CampaignChange {
        opens_at: Some(day(15)),
        ..CampaignChange::default()
    };
    let open = campaign(Access::Open);
    assert_eq!(
        open.change(&later, true, day(12)),
        Err(ChangeRefused::Opened)
    );
    assert!(open.change(&later, false, day(12)).is_ok());
    let earlier = CampaignChange {
        opens_at: Some(day(11)),
        ..CampaignChange::default()
    };
    assert!(open.change(&earlier, true, day(12)).is_ok());
}

#[test]
fn a_campaign_is_pinned_before_the_first_response_and_unpinned_at_any_time() {
    let pin = |version| CampaignChange {
        form_version: Some(version),
        ..CampaignChange::default()
    };
    let now = day(12);
    let follows = campaign(Access::Open);
    assert!(follows.takes_version(1) && follows.takes_version(2));
    assert!(follows.needs_version(1, false, now, now) && !follows.needs_version(1, true, now, now));
    assert!(
        !follows.needs_version(1, false, day(20), day(20)),
        "it is over"
    );
    let ending = with_grace(Access::Open, 14);
    assert!(
        ending.needs_version(1, false, day(20), day(21)),
        "what was filled in before may still come"
    );
    assert!(
        !ending.needs_version(1, false, day(20), ending.accepts_until()),
        "the version is taken as long"
    );
    let pinned = follows.change(&pin(Some(2)), false, now).unwrap();
    assert!(!pinned.takes_version(1) && pinned.takes_version(2));
    assert!(pinned.needs_version(2, true, now, now) && !pinned.needs_version(1, false, now, now));
    assert!(follows.is_reached_by_new_version(now) && !pinned.is_reached_by_new_version(now));
    for (campaign, version) in [(&follows, Some(2)), (&pinned, Some(3))] {
        assert_eq!(
            campaign.change(&pin(version), true, now),
            Err(ChangeRefused::PinnedLate)
        );
    }
    assert!(pinned.change(&pin(Some(2)), true, now).is_ok(), "no change");
    assert!(pinned.change(&pin(None), true, now).is_ok());
}

#[test]
fn a_campaign_is_tested_until_it_opens_and_never_again() {
    let testing = |on| CampaignChange {
        testing: Some(on),
        ..CampaignChange::default()
    };
    let upcoming = campaign(Access::Code);
    let tested = upcoming.change(&testing(true), false, day(5)).unwrap();
    assert!(tested.is_testing(day(9)) && !tested.is_testing(day(10)));
    assert_eq!(
        upcoming.change(&testing(true), false, day(10)),
        Err(ChangeRefused::TestingOver)
    );
    let opened = CampaignChange {
        opens_at: Some(day(4)),
        ..CampaignChange::default()
    };
    assert!(!tested.change(&opened, false, day(5)).unwrap().testing);
    assert!(!tested.close(None, false, day(5)).unwrap().unwrap().testing);
    assert!(
        !tested
            .change(&testing(false), false, day(5))
            .unwrap()
            .testing
    );
}

#[test]
fn times_that_do_not_fit_together_are_refused() {
    let now = DateTime::UNIX_EPOCH;
    for (change, fault) in [
        (closes_at(10), ScheduleFault::Reversed),
        (closes_at(101), ScheduleFault::RetentionTooShort),
        (closes_at(3_000_000), ScheduleFault::OutOfRange("closes_at")),
        (
            CampaignChange {
                freezes_at: Some(Some(DateTime::UNIX_EPOCH)),
                ..CampaignChange::default()
            },
            ScheduleFault::FreezeTooEarly,
        ),
    ] {
        assert_eq!(
            campaign(Access::Open).change(&change, false, now),
            Err(ChangeRefused::Schedule(fault))
        );
    }
}
