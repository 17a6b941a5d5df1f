"""Search, and the tags that links can be found by."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.actors import actor_of
from apps.accounts.policy import Action
from apps.links import selectors
from apps.links.api.serializers import SearchSerializer, TagsSerializer, shown
from apps.links.api.views import page_address, workspace_of
from apps.links.models import LinkState
from apps.links.search.query import Sort
from apps.links.search.selectors import SearchFilters, find_links


class SearchView(APIView):
    def get(self, request: Request) -> Response:
        """Links that have all words of `q`, the best first; `matches` are the fields in which they are."""
        asked = SearchSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        values, actor, now = asked.validated_data, actor_of(request), timezone.now()
        named = values["workspace"]
        found = find_links(
            actor=actor,
            text=values["q"],
            now=now,
            workspace=workspace_of(actor, named, Action.LINK_VIEW) if named else None,
            filters=SearchFilters(
                tag=values["tag"], hostname=values["domain"], state=LinkState(values["state"]) if values["state"] else None
            ),
            sort=Sort(values["order"]),
            page=values["page"],
            size=values["page_size"],
        )
        seen = values["page"] * values["page_size"]
        return Response(
            {
                "results": [{**shown(one.link, now=now), "matches": sorted(one.marked)} for one in found.links],
                "next": page_address(request, page=str(values["page"] + 1)) if seen < found.result.total else None,
                # Of very many it is no more than a lower bound.
                "count": found.result.total,
                "is_count_exact": found.result.is_total_exact,
            }
        )


class TagsView(APIView):
    def get(self, request: Request) -> Response:
        """Names of the tags of a workspace, in alphabetical order; `next` is the address of those after."""
        asked = TagsSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        values, actor = asked.validated_data, actor_of(request)
        tags = selectors.list_tags(actor=actor, workspace=workspace_of(actor, values["workspace"], Action.LINK_VIEW))
        first, size = (values["page"] - 1) * values["page_size"], values["page_size"]
        names = list(tags.values_list("name", flat=True)[first : first + size + 1])
        following = page_address(request, page=str(values["page"] + 1)) if len(names) > size else None
        return Response({"results": [{"name": name} for name in names[:size]], "next": following})
