"""Argon2id at the cost OWASP names: 19 MiB, two passes, one lane (security.md S11); two at once on a host."""

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.hashing_slots import hold_slot


class Argon2idPasswordHasher(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with hold_slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with hold_slot():
            return super().verify(password, encoded)
