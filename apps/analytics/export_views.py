"""The clicks of a link as a file to take away."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.policy import Action
from apps.analytics.exports.formats import Format
from apps.analytics.exports.reading import Selection
from apps.analytics.exports.services import export_of_link
from apps.analytics.ranges import read_choice
from apps.common.access import logged_in_only
from apps.common.streams import streamed
from apps.common.timezones import viewer_zone
from apps.links import selectors as links


@logged_in_only
@require_safe
def export(request: HttpRequest, hostname: str, code: str, format_: Format) -> HttpResponse:
    """Clicks of the range that the page shows, with bots if `bots` is there. How many they are stands in X-Clicks-Total."""
    link = links.get_link(actor=request.user, hostname=hostname, code=code, action=Action.ANALYTICS_VIEW)
    now, tz = timezone.now(), viewer_zone(request)
    chosen = read_choice(request.GET, today=now.astimezone(tz).date())
    period = chosen.period(now=now, tz=tz)
    selection = Selection(link.pk, period.start, period.end, include_bots="bots" in request.GET)
    made = export_of_link(actor=request.user, link=link, selection=selection, format_=format_)
    name = f"clicks-{link.code}-{chosen.name}.{format_}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Clicks-Total": str(made.total),
    }
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=format_.content_type, headers=headers)
    else:
        response = streamed(request, made.pieces, content_type=format_.content_type, headers=headers)
    return response  # type: ignore[return-value] # the guard of pages knows no streams
