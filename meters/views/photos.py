"""Photos of meters: the resident adds one, the household and the staff look at it."""

from uuid import UUID

from csp.constants import NONE
from csp.decorators import csp
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.audit.staff_views import record_view
from accounts.models import User
from accounts.residents import resident_of
from billing import staff_scope
from meters import operations
from meters.models import MeterPhoto, Submission
from meters.photos import MAX_BYTES, PhotoRefused, read_photo
from meters.queries import submissions as queries


@require_POST
def photo_add(request: HttpRequest, receipt: str) -> HttpResponse:
    user = resident_of(request)
    try:
        submission = queries.get_submission(user, receipt)
        file = request.FILES.get("photo")
        if file is None:
            raise PhotoRefused("Снимок не дошёл. Выберите его ещё раз.")
        # One byte more than is allowed is enough to refuse it.
        picture = read_photo(file.read(MAX_BYTES + 1))
        operations.attach_photo(user=user, receipt=receipt, picture=picture, at=timezone.now())
    except Submission.DoesNotExist as error:
        raise Http404 from error
    except PhotoRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Снимок приложен. Сотрудник увидит его рядом с показаниями.")
    return redirect(submission)


@require_safe
@csp({"default-src": [NONE], "sandbox": True})  # type: ignore[arg-type]
def photo_detail(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Drawn by the portal itself, so it may be shown; the policy lets nothing in it act all the same."""
    user = resident_of(request)
    seen = MeterPhoto.objects.visible_to(user)
    if _is_deciding_staff(user):
        seen = MeterPhoto.objects.filter(Q(pk__in=seen) | staff_scope.within(user, "submission__account__"))
    photo = seen.filter(public_id=public_id).select_related("submission__account__supplier").first()
    if photo is None:
        raise Http404
    if user.is_staff and photo.user_id != user.pk:
        record_view(
            staff=user,
            page="снимок счётчика",
            people=[photo.user_id],
            supplier=photo.submission.account.supplier.name,
            at=timezone.now(),
            row=photo.pk,
        )
    file = default_storage.open(str(photo.file.name))
    return FileResponse(file, content_type="image/jpeg", filename=f"meter-{photo.pk}.jpg")


def _is_deciding_staff(user: User) -> bool:
    """With the second factor, as the staff's door asks for it."""
    is_verified = user.is_staff and bool(user.is_verified())  # type: ignore[attr-defined]
    return is_verified and user.has_perm("meters.view_submission")
