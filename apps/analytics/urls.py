from django.urls import path

from apps.analytics import comparison_views, dimension_views, domain_views, export_views, views
from apps.analytics.exports.formats import Format

app_name = "analytics"

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/by/<str:name>/", dimension_views.of_workspace, name="workspace_dimension"),
    path("domains/<str:hostname>/", domain_views.domain_page, name="domain"),
    path("links/compare/", comparison_views.compare, name="compare"),
    path("links/sparklines/", views.sparklines, name="sparklines"),
    path("links/<str:hostname>/<str:code>/clicks.csv", export_views.export, {"format_": Format.CSV}, name="export_csv"),
    path("links/<str:hostname>/<str:code>/clicks.parquet", export_views.export, {"format_": Format.PARQUET}, name="export_parquet"),
    path("links/<str:hostname>/<str:code>/by/<str:name>/", dimension_views.of_link, name="link_dimension"),
    path("links/<str:hostname>/<str:code>/", views.link_page, name="link"),
]
