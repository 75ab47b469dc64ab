"""What Prometheus reads: how many, how fast, into which segments; labels come from us, never from a request."""

from __future__ import annotations

from collections import Counter as Count

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """Counters of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "ilk_requests", "Requests answered", ("method", "path", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "ilk_request_seconds", "Until answered", ("path",), buckets=_SECONDS, registry=self._registry
        )
        self._customers = Counter(
            "ilk_customers", "Customers assigned, by segment", ("segment",), registry=self._registry
        )
        self._waiting = Gauge("ilk_requests_in_flight", "Requests being answered", registry=self._registry)
        self._renewed = Counter("ilk_model_renewals", "Models opened anew", ("outcome",), registry=self._registry)
        self._model = Gauge("ilk_model_info", "The model in use", ("model",), registry=self._registry)

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(method, path, status).inc()
        self._seconds.labels(path).observe(seconds)

    def assigned(self, segments: list[int | None]) -> None:
        """Customers were assigned; None stands for one who could not be."""
        for segment, n in Count(segments).items():
            self._customers.labels("none" if segment is None else str(segment)).inc(n)

    def in_flight(self, n: int) -> None:
        """How many requests are being answered."""
        self._waiting.set(n)

    def uses(self, tag: str) -> None:
        """The model in use is this one."""
        self._model.clear()
        self._model.labels(tag).set(1)

    def renewed(self, *, well: bool) -> None:
        """A model was opened anew, or could not be."""
        self._renewed.labels("used" if well else "refused").inc()

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)
