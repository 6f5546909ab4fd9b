"""What the page refuses, and the words that it says then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


if TYPE_CHECKING:
    from fastapi import FastAPI

REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"description": "No text that could be JSON"},
    404: {"description": "No such model"},
    409: {"description": "The model is not ready"},
    413: {"description": "Too large"},
    415: {"description": "Not JSON"},
    422: {"description": "Not what was expected; says what was"},
}


def refuse_in_words(app: FastAPI) -> None:
    """Have the application answer what cannot be used with 422, and say why."""
    for error in (ValueError, KeyError):  # the library's own words: what came, what was expected, the way out
        app.add_exception_handler(error, _unusable)
    app.add_exception_handler(RequestValidationError, _unusable_request)


def _unusable(request: object, error: Exception) -> JSONResponse:
    del request
    return JSONResponse({"detail": str(error).strip("'\"")}, status_code=422)


def _unusable_request(request: object, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, RequestValidationError)
    places = (".".join(str(part) for part in one["loc"][1:]) or "body" for one in error.errors())
    words = (one["msg"].removeprefix("Value error, ") for one in error.errors())
    wrong = [f"{place}: {word}" for place, word in zip(places, words, strict=True)]
    return JSONResponse({"detail": "; ".join(wrong[:5])}, status_code=422)
