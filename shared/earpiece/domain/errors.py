"""Everything that we raise, in one tree. An error knows no HTTP; the doors translate (`earpiece.web.problems`).

EarpieceError
├── InvalidInput            the input will never be right
│   ├── InvalidId
│   ├── MalformedBody
│   ├── UnsupportedMediaType
│   ├── PayloadTooLarge
│   └── AccountMismatch
├── NotAuthentic            nobody we know signed this
│   ├── MissingSignature
│   ├── InvalidSignature
│   ├── TimestampOutOfTolerance
│   ├── InvalidCredentials
│   └── InvalidToken
├── NotAllowed
│   ├── InsufficientScope
│   └── AccountSuspended
├── NotFound                also: someone else's
├── AccountDeleted
├── Conflict
│   ├── AlreadyRunning
│   └── StaleVersion
├── RateLimited
├── ModelUnusable           missing, corrupt, or of another format
└── Unavailable             a dependency is away: try again
"""

from __future__ import annotations


class EarpieceError(Exception):
    """An error with a `slug` that is a contract (never reworded) and facts as keyword arguments.

    `retryable` says whether the same request may succeed later without a change.
    """

    slug = "internal"
    title = "Something went wrong on our side"
    retryable = False

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class InvalidInput(EarpieceError):
    slug = "invalid-input"
    title = "The input is not valid"


class InvalidId(InvalidInput):
    slug = "invalid-id"
    title = "An id is empty, longer than 1 KB, or holds control characters"


class MalformedBody(InvalidInput):
    slug = "malformed-body"
    title = "The body cannot be read"


class UnsupportedMediaType(InvalidInput):
    slug = "unsupported-media-type"
    title = "The content type must be application/json"


class PayloadTooLarge(InvalidInput):
    slug = "payload-too-large"
    title = "The body is larger than 1 MiB"


class AccountMismatch(InvalidInput):
    slug = "account-mismatch"
    title = "The body names another account than its envelope"


class NotAuthentic(EarpieceError):
    slug = "not-authentic"
    title = "The request is not authentic"


class MissingSignature(NotAuthentic):
    slug = "missing-signature"
    title = "The request carries no signature"


class InvalidSignature(NotAuthentic):
    slug = "invalid-signature"
    title = "The signature does not match"


class TimestampOutOfTolerance(NotAuthentic):
    slug = "timestamp-out-of-tolerance"
    title = "The signed timestamp is more than five minutes away from now"


class InvalidCredentials(NotAuthentic):
    slug = "invalid-credentials"
    title = "The API key is not valid"


class InvalidToken(NotAuthentic):
    slug = "invalid-token"
    title = "The token is not valid"


class NotAllowed(EarpieceError):
    slug = "not-allowed"
    title = "The caller may not do this"


class InsufficientScope(NotAllowed):
    slug = "insufficient-scope"
    title = "The key or token lacks the scope that this needs"


class AccountSuspended(NotAllowed):
    slug = "account-suspended"
    title = "The account is suspended"


class NotFound(EarpieceError):
    slug = "not-found"
    title = "There is no such thing"


class AccountDeleted(EarpieceError):
    slug = "account-deleted"
    title = "The account is deleted"


class Conflict(EarpieceError):
    slug = "conflict"
    title = "The request conflicts with what is there"


class AlreadyRunning(Conflict):
    slug = "already-running"
    title = "One is running already"


class StaleVersion(Conflict):
    slug = "stale-version"
    title = "Something newer is there"


class RateLimited(EarpieceError):
    slug = "rate-limited"
    title = "Too many requests"
    retryable = True


class ModelUnusable(EarpieceError):
    slug = "model-unusable"
    title = "The model cannot be used"


class Unavailable(EarpieceError):
    slug = "unavailable"
    title = "A part that this needs is away"
    retryable = True
