"""Staff write, look at and publish the texts residents agree to. A published text is only read."""

from datetime import datetime, time
from difflib import SequenceMatcher
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.models import ConsentDocument, ConsentDraft
from accounts.operations import AccountsError
from accounts.privacy import publishing
from accounts.privacy.staff_forms import DraftForm, PublishForm
from accounts.residents import staff_of


@admin.register(ConsentDocument)
class ConsentDocumentAdmin(admin.ModelAdmin[ConsentDocument]):
    list_display = ["kind", "version", "published_at", "asks_again", "published_by"]
    list_filter = ["kind"]
    list_select_related = ["published_by"]
    ordering = ["kind", "-version"]
    fields = ["kind", "version", "published_at", "published_by", "asks_again", "changes", "text"]
    change_list_template = "admin/accounts/consentdocument/list.html"

    def has_change_permission(self, request: HttpRequest, obj: ConsentDocument | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ConsentDocument | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        draft = self.admin_site.admin_view(self.draft_view)
        return [path("<slug:kind>/draft/", draft, name="accounts_consentdocument_draft"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A new version begins with the kind of text, in the list."""
        return redirect("admin:accounts_consentdocument_changelist")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        drafts = set(ConsentDraft.objects.values_list("kind", flat=True))
        kinds = [(kind.value, kind.label, kind.value in drafts) for kind in ConsentDocument.Kind]
        return super().changelist_view(request, {**(extra_context or {}), "kinds": kinds})

    def draft_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """One page: the text, how residents will see it, what differs from the text in force, and publishing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if kind not in ConsentDocument.Kind.values:
            raise Http404
        newest = ConsentDocument.objects.filter(kind=kind).order_by("-version").first()
        draft = ConsentDraft.objects.filter(kind=kind).first()
        act = request.POST.get("act", "")
        form = DraftForm(
            request.POST if act == "save" else None,
            instance=draft or ConsentDraft(kind=kind, text=newest.text if newest else ""),
        )
        publish_form = PublishForm(request.POST if act == "publish" else None)
        if act == "save" and form.is_valid():
            publishing.write_draft(kind=kind, at=timezone.now(), **form.cleaned_data)
            self.message_user(request, "Черновик сохранён. Жители его не видят.", messages.SUCCESS)
            return redirect("admin:accounts_consentdocument_draft", kind)
        if act == "discard":
            publishing.discard_draft(kind=kind)
            self.message_user(request, "Черновик удалён.", messages.SUCCESS)
            return redirect("admin:accounts_consentdocument_changelist")
        if act == "publish" and draft and publish_form.is_valid() and self._publish(request, kind, publish_form):
            return redirect("admin:accounts_consentdocument_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{ConsentDocument.Kind(kind).label}: черновик",
            "opts": self.opts,
            "form": form,
            "publish_form": publish_form,
            "draft": draft,
            "next_version": (newest.version if newest else 0) + 1,
            "differences": find_differences(newest.text if newest else "", draft.text) if draft else [],
        }
        status = 422 if form.errors or publish_form.errors else 200
        return TemplateResponse(request, "admin/accounts/consentdocument/draft.html", context, status=status)

    def _publish(self, request: HttpRequest, kind: str, form: PublishForm) -> bool:
        now, day = timezone.now(), form.cleaned_data["valid_from"]
        valid_from = timezone.make_aware(datetime.combine(day, time())) if day else now
        if day == timezone.localdate(now):
            valid_from = now
        try:
            document = publishing.publish_draft(kind=kind, valid_from=valid_from, staff=staff_of(request), at=now)
        except AccountsError as error:
            form.add_error("valid_from", str(error))
            return False
        except ConsentDraft.DoesNotExist:
            form.add_error(None, "Этот черновик уже опубликован или удалён. Обновите страницу.")
            return False
        self.message_user(request, f"Опубликовано: {document}.", messages.SUCCESS)
        return True


def find_differences(before: str, after: str) -> list[tuple[str, str]]:
    """Paragraphs of both texts in order: ("added" | "removed" | "same", text)."""
    old, new = (text.replace("\r\n", "\n").split("\n") for text in (before, after))
    told: list[tuple[str, str]] = []
    # Whole paragraphs: to look for likeness within them takes minutes where lawyers wrote everything anew.
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            told += [("same", text) for text in old[old_from:old_to]]
        else:
            told += [("removed", text) for text in old[old_from:old_to]]
            told += [("added", text) for text in new[new_from:new_to]]
    return [(name, text) for name, text in told if text.strip()]
