"""/metrics: what Prometheus reads."""

import time
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from meris.backup import last_known
from meris.tables import Upload
from meris.version import VERSION
from meris.web.context import Context, parts_of

page = Blueprint("metrics", __name__)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@page.get("/metrics")
def metrics() -> Response:
    """Counts and times of this process, and a few of the database."""
    registry: CollectorRegistry = current_app.extensions["metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Count and time every request."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_State(app))
    app.extensions["metrics"] = registry
    requests = Counter(
        "meris_requests_total",
        "Answers by endpoint and status",
        ("endpoint", "method", "status"),
        registry=registry,
    )
    seconds = Histogram(
        "meris_request_seconds",
        "Time to the beginning of an answer",
        ("endpoint",),
        buckets=_SECONDS,
        registry=registry,
    )
    app.after_request(_counted(requests, seconds))


def _counted(requests: Counter, seconds: Histogram) -> Callable[[Response], Response]:
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        requests.labels(endpoint, request.method, response.status_code).inc()
        seconds.labels(endpoint).observe(time.perf_counter() - g.began)
        return response

    return count


class _State(Collector):
    """What is read anew each time: feeds, connections, uploads, version."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @property
    def _parts(self) -> Context:
        return parts_of(self._app)

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: the database may not answer yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The present values."""
        yield InfoMetricFamily("meris", "The version that runs", {"version": VERSION})
        yield _gauge("meris_feed_clients", "Open live feeds", self._parts.hub.clients)
        in_use, most = self._parts.whole.connections
        yield _gauge("meris_db_connections_in_use", "Database connections in use", in_use)
        yield _gauge("meris_db_connections_limit", "Most database connections", most)
        yield self._positions()
        yield from self._public()
        yield from self._backup()
        yield from self._uploads()

    def _positions(self) -> Metric:
        fixes = CounterMetricFamily(
            "meris_positions",
            "Positions that devices reported: taken, or why they were dropped",
            labels=("outcome",),
        )
        for outcome, count in sorted(self._parts.intake.counts.items()):
            fixes.add_metric((outcome,), count)
        return fixes

    def _public(self) -> Iterator[Metric]:
        answers = CounterMetricFamily(
            "meris_public_answers",
            "Answers to the public: kept, same as the client has, made, refused",
            labels=("found",),
        )
        for found, count in sorted(self._parts.public.counts.copy().items()):
            answers.add_metric((found,), count)
        yield answers
        if (age := self._parts.public.editions.age_s) is not None:
            yield _gauge("meris_public_age_seconds", "Age of what the public is told", age)

    def _backup(self) -> Iterator[Metric]:
        known = last_known(self._parts.settings.home)
        if known is not None:
            yield _gauge("meris_backup_age_seconds", "Age of the last backup", known.age_s)
            yield _gauge("meris_backup_bytes", "Size of the last backup", known.size)

    def _uploads(self) -> Iterator[Metric]:
        uploads = GaugeMetricFamily(
            "meris_uploads", "Spreadsheets received, by kind and state", labels=("kind", "state")
        )
        counts = select(Upload.kind, Upload.state, func.count()).group_by(Upload.kind, Upload.state)
        try:
            with self._parts.whole.reading() as session:
                for kind, state, count in session.execute(counts):
                    uploads.add_metric((kind, state), count)
        except SQLAlchemyError:
            return  # the other figures are wanted most when the database is down
        yield uploads


def _gauge(name: str, title: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, title, value=value)
