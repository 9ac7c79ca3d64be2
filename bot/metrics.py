"""Figures for Prometheus, at /metrics. No label and no number tells of one person: people are counted in whole tens."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, exposition
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.process_collector import ProcessCollector

TEN = 10
"""People are counted in steps of so many: one who joins or leaves is not to be seen from one reading to the next."""
TICKS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
UPDATES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
OPEN = openmetrics.CONTENT_TYPE_LATEST


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Info("kindling_build", "The version that runs.", registry=self.registry)
        build.info({"version": version})
        self._updates = self._histogram(
            "kindling_update_duration_seconds", "How long one update of a learner took to answer.", UPDATES
        )
        self._failures = self._counter(
            "kindling_update_failures", "Updates that could not be answered, as the database was away.", ()
        )
        self._deliveries = self._counter(
            "kindling_deliveries", "What became of deliveries, by the ledger's words for it.", ("outcome",)
        )
        self._ticks = self._histogram("kindling_tick_duration_seconds", "How long sending what is due took.", TICKS)
        self._last_tick = self._gauge(
            "kindling_last_tick_timestamp_seconds", "When what is due was last looked for, to the end.", ()
        )
        self._events = self._counter(
            "kindling_log_events", "Warnings and errors in the log, by their action word.", ("level", "action")
        )
        self._up = self._gauge("kindling_dependency_up", "1 when it answers as it should, else 0.", ("dependency",))
        self._took = self._gauge(
            "kindling_dependency_response_seconds", "How long it took to answer just now.", ("dependency",)
        )
        self._learners = self._gauge("kindling_learners", "Learners by state, rounded down to whole tens.", ("state",))
        self._late = self._gauge(
            "kindling_backlog_oldest_seconds", "For how long the oldest delivery has been late; 0 when none is.", ()
        )
        self._behind = self._gauge(
            "kindling_behind_learners", "Learners who were behind when last looked at, at night, in whole tens.", ()
        )
        self._audited = self._gauge(
            "kindling_audit_timestamp_seconds", "When it was last looked who is behind; 0 before the first time.", ()
        )
        self._reviews = self._gauge("kindling_helpline_reviews_due", "Helplines whose review is overdue.", ())
        self.events: dict[str, int] = {}

    def _counter(self, name: str, says: str, labels: tuple[str, ...]) -> Counter:
        return Counter(name, says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str, labels: tuple[str, ...]) -> Gauge:
        return Gauge(name, says, labels, registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, says, buckets=buckets, registry=self.registry)

    # -- what happens --------------------------------------------------------------------------------------------------

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Times the answer to one update."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._updates.observe(time.perf_counter() - start)

    def unanswered(self) -> None:
        """Counts an update that could not be answered."""
        self._failures.inc()

    def ticked(self, counts: Mapping[str, int], seconds: float, at: datetime) -> None:
        """Keeps what one tick sent, by outcome, how long it took, and when it ended."""
        for outcome, number in counts.items():
            self._deliveries.labels(outcome).inc(number)
        self._ticks.observe(seconds)
        self._last_tick.set(at.timestamp())

    def logged(self, level: str, action: str) -> None:
        """Counts a line of the log."""
        self._events.labels(level, action).inc()
        self.events[action] = self.events.get(action, 0) + 1

    # -- what is looked at for each reading ----------------------------------------------------------------------------

    def depends(self, name: str, up: bool, seconds: float) -> None:
        """Keeps how a dependency answered."""
        self._up.labels(name).set(float(up))
        self._took.labels(name).set(seconds)

    def counted(self, learners: Mapping[str, int], late: timedelta, reviews_due: int) -> None:
        """Keeps what the database counts. People are rounded down to whole tens."""
        for state, number in learners.items():
            self._learners.labels(state).set(number - number % TEN)
        self._late.set(late.total_seconds())
        self._reviews.set(reviews_due)

    def audited(self, behind: int, at: datetime) -> None:
        """Keeps what the last nightly look found: how many are behind, rounded down to whole tens, and when that was."""
        self._behind.set(behind - behind % TEN)
        self._audited.set(at.timestamp())

    def uncounted(self) -> None:
        """Takes away what the database counted, since nobody knows it just now."""
        self._learners.clear()
        self._late.set(float("nan"))

    def text(self, *, open_metrics: bool = False) -> bytes:
        """Everything, in Prometheus's plain form, or in that of OpenMetrics."""
        form = openmetrics if open_metrics else exposition
        text: bytes = form.generate_latest(self.registry)
        return text


class LogCount(logging.Handler):
    """Counts warnings and errors by action word. Looks at nothing else of a line."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Counts one line."""
        self._metrics.logged(record.levelname.lower(), str(getattr(record, "action", "other")))
