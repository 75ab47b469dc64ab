"""ilk finds the kinds of customers a business has, and says how far that can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ilk.errors import IlkError
    from ilk.estimator import Segmenter
    from ilk.model.file import load
    from ilk.model.model import Model
    from ilk.segment import Study, segment
    from ilk.settings import Settings

_WHERE = {
    "IlkError": "ilk.errors",
    "Model": "ilk.model.model",
    "Segmenter": "ilk.estimator",
    "Settings": "ilk.settings",
    "Study": "ilk.segment",
    "load": "ilk.model.file",
    "segment": "ilk.segment",
}

__all__ = ["IlkError", "Model", "Segmenter", "Settings", "Study", "__version__", "load", "segment"]


def __getattr__(name: str) -> Any:
    """Load on first use: `import ilk` brings nothing heavy with it."""
    if name not in _WHERE:
        message = f"module 'ilk' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    value = getattr(import_module(_WHERE[name]), name)
    # `ilk.segment` is both a function and a module; the function is what users mean, so it is set last.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
