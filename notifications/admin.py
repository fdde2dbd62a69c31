from django.contrib import admin
from django.http import HttpRequest

from notifications.models import OutgoingMessage


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(admin.ModelAdmin[OutgoingMessage]):
    """What was promised and what became of it. Recipients and texts are not shown: they are personal."""

    list_display = ["id", "channel", "event", "status", "attempts", "created_at", "sent_at", "error"]
    list_filter = ["status", "channel", "event"]
    fields = [
        "channel",
        "event",
        "status",
        "attempts",
        "created_at",
        "next_attempt_at",
        "sent_at",
        "expires_at",
        "error",
    ]
    ordering = ["-id"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMessage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMessage | None = None) -> bool:
        return False
