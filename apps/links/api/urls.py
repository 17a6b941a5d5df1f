from django.urls import path

from apps.links.api import bulk, domains, finding, qr, rules, views

urlpatterns = [
    path("shorten", views.ShortenView.as_view(), name="links-shorten"),
    path("search", finding.SearchView.as_view(), name="links-search"),
    path("tags", finding.TagsView.as_view(), name="links-tags"),
    path("domains", domains.DomainsView.as_view(), name="domains-list"),
    path("domains/<str:hostname>", domains.DomainView.as_view(), name="domains-detail"),
    path("domains/<str:hostname>/verify", domains.VerifyView.as_view(), name="domains-verify"),
    # Before those of single links: no host is called “bulk”.
    path("links/bulk", bulk.BulkView.as_view(), name="links-bulk"),
    path("links/bulk/delete", bulk.BulkDeleteView.as_view(), name="links-bulk-delete"),
    path("links", views.LinksView.as_view(), name="links-list"),
    path("links/<str:hostname>/<str:code>", views.LinkView.as_view(), name="links-detail"),
    path("links/<str:hostname>/<str:code>/restore", views.RestoreView.as_view(), name="links-restore"),
    path("links/<str:hostname>/<str:code>/code", views.CodeView.as_view(), name="links-code"),
    path("links/<str:hostname>/<str:code>/qr.svg", qr.QrView.as_view(), {"kind": "svg"}, name="links-qr-svg"),
    path("links/<str:hostname>/<str:code>/qr.png", qr.QrView.as_view(), {"kind": "png"}, name="links-qr-png"),
    path("links/<str:hostname>/<str:code>/rules", rules.RulesView.as_view(), name="links-rules"),
]
