"""How a person becomes a resident, comes in, and gets a new password.

Phones that are unknown, taken or unconfirmed are answered alike: the same rows, pages and words (security.md S12).
"""

from accounts.operations.codes import Visitor
from accounts.operations.password_reset import begin_password_reset, resend_password_reset_code, reset_password
from accounts.operations.refusals import (
    AccountsError,
    ChallengeClosed,
    ChecksUsedUp,
    TooManyAttempts,
    TooManyGuesses,
    TooManyMessages,
    WrongCode,
    WrongCredentials,
)
from accounts.operations.registration import begin_registration, confirm_registration, resend_registration_code
from accounts.operations.releases import release_phone
from accounts.operations.retention import forget_old_codes
from accounts.operations.sign_in import check_sign_in
from accounts.operations.staff_deeds import TooManyPhones, end_sessions_of_resident, reveal_phone

__all__ = [
    "AccountsError",
    "ChallengeClosed",
    "ChecksUsedUp",
    "TooManyAttempts",
    "TooManyGuesses",
    "TooManyMessages",
    "TooManyPhones",
    "Visitor",
    "WrongCode",
    "WrongCredentials",
    "begin_password_reset",
    "begin_registration",
    "check_sign_in",
    "confirm_registration",
    "end_sessions_of_resident",
    "forget_old_codes",
    "release_phone",
    "resend_password_reset_code",
    "resend_registration_code",
    "reset_password",
    "reveal_phone",
]
