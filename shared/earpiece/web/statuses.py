"""The HTTP status of each of our errors, the same at every door."""

from __future__ import annotations

from earpiece.domain import errors

_STATUS: dict[type[errors.EarpieceError], int] = {
    errors.InvalidInput: 400,
    errors.UnsupportedMediaType: 415,
    errors.PayloadTooLarge: 413,
    errors.AccountMismatch: 403,
    errors.NotAuthentic: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.AccountDeleted: 410,
    errors.Conflict: 409,
    errors.RateLimited: 429,
    errors.ModelUnusable: 503,
    errors.Unavailable: 503,
}


def status_of(error: errors.EarpieceError) -> int:
    """That of the nearest class in the tree that has one."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
