from django.urls import path

from apps.analytics.api import views

urlpatterns = [
    path("analytics", views.WorkspaceView.as_view(), name="analytics-workspace"),
    path("analytics/<str:name>", views.WorkspaceDimensionView.as_view(), name="analytics-workspace-dimension"),
    path("trending", views.TrendingView.as_view(), name="analytics-trending"),
    path("links/<str:hostname>/<str:code>/analytics", views.LinkView.as_view(), name="analytics-link"),
    path("links/<str:hostname>/<str:code>/analytics/<str:name>", views.LinkDimensionView.as_view(), name="analytics-link-dimension"),
]
