from django.urls import path

from apps.analytics import domain_views, views

app_name = "analytics"

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("domains/<str:hostname>/", domain_views.domain_page, name="domain"),
    path("links/sparklines/", views.sparklines, name="sparklines"),
    path("links/<str:hostname>/<str:code>/", views.link_page, name="link"),
]
