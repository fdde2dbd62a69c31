"""The receipt on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.residents import resident_of
from meters.models import Submission
from meters.queries import submissions as queries
from meters.receipt_pdf import print_receipt


@require_GET
def submission_pdf(request: HttpRequest, receipt: str) -> HttpResponse:
    """A file to keep or to print; a stranger's is not found."""
    try:
        submission = queries.get_submission(resident_of(request), receipt)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    return HttpResponse(
        print_receipt(submission, at=timezone.now()),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="receipt-{submission.receipt}.pdf"',
            "Cache-Control": "no-store",
        },
    )
