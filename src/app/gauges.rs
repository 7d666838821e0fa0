//! What can be counted at any time, for the metrics: pools, queues, lags, room. Set when somebody asks.

use super::App;

/// Sets all gauges of the application.
pub fn set(app: &App) {
    let replica = app.pools.replica.as_ref();
    let pools = [
        ("requests", &app.pools.requests),
        ("exports", &app.pools.exports),
    ];
    for (name, pool) in pools
        .into_iter()
        .chain(replica.map(|it| ("replica", it.pool())))
    {
        let status = pool.status();
        let states = [
            ("open", status.size),
            ("idle", status.available),
            ("waited_for", status.waiting),
            ("most", status.max_size),
        ];
        for (state, count) in states {
            let labels = [("pool", name), ("state", state)];
            metrics::gauge!("aftercare_database_connections", &labels).set(count as f64);
        }
    }
    let waiting = app.intake.waiting();
    metrics::gauge!("aftercare_intake_waiting_responses").set(waiting as f64);
    let lag = app.tasks.release_lag();
    metrics::gauge!("aftercare_release_lag_seconds").set(lag.as_secs_f64());
    metrics::gauge!("aftercare_spool_free_bytes").set(app.spool.free() as f64);
}
