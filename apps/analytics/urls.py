from django.urls import path

from apps.analytics import views

app_name = "analytics"

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("links/sparklines/", views.sparklines, name="sparklines"),
    path("links/<str:hostname>/<str:code>/", views.link_page, name="link"),
]
