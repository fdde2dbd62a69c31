"""A bucket that speaks S3 as an inbox (docs/decisions). Loaded only where one is watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from exchange.inboxes import READY, Dropped, Inbox, InboxAway


class BucketInbox(Inbox):
    """By django-storages; a package is moved by the bucket itself, without passing through here."""

    def __init__(self, bucket: str, prefix: str, **options: Any) -> None:
        config = Config(
            connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
        )
        self._storage = S3Storage(
            bucket_name=bucket, location=prefix, client_config=config, default_acl=None, file_overwrite=True, **options
        )
        self._prefix = f"{prefix}/" if prefix else ""

    def list_folder(self, path: str) -> tuple[list[str], list[tuple[str, int, str]]]:
        prefix = self._prefix + (f"{path}/" if path else "")
        folders: list[str] = []
        files: list[tuple[str, int, str]] = []
        with _telling_away():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._storage.bucket_name, Prefix=prefix, Delimiter="/"):
                folders += [entry["Prefix"][len(prefix) : -1] for entry in page.get("CommonPrefixes", ())]
                files += [
                    (entry["Key"][len(prefix) :], entry["Size"], f"{entry['ETag']} {entry['LastModified'].isoformat()}")
                    for entry in page.get("Contents", ())
                    if entry["Key"] != prefix
                ]
        return folders, files

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """As a stream: a package need not fit into memory nor into /tmp."""
        with _telling_away():
            body = self._client.get_object(Bucket=self._storage.bucket_name, Key=self._prefix + path)["Body"]
            with body:
                yield body

    def move(self, path: str, target: str) -> None:
        source = {"Bucket": self._storage.bucket_name, "Key": self._prefix + path}
        with _telling_away():
            self._client.copy(source, self._storage.bucket_name, self._prefix + target)
            self._client.delete_object(**source)

    def write(self, path: str, text: str) -> None:
        with _telling_away():
            key = self._prefix + path
            self._client.put_object(
                Bucket=self._storage.bucket_name, Key=key, Body=text.encode(), ContentType="text/plain; charset=utf-8"
            )

    def clear_away(self, dropped: Dropped) -> None:
        marker = f"{dropped.origin}/{READY}" if dropped.is_folder else dropped.origin + READY
        with _telling_away():
            self._client.delete_object(Bucket=self._storage.bucket_name, Key=self._prefix + marker)

    @property
    def _client(self) -> Any:
        return self._storage.connection.meta.client


@contextmanager
def _telling_away() -> Iterator[None]:
    try:
        yield
    except (OSError, BotoCoreError, ClientError) as error:
        raise InboxAway(str(error)) from error
