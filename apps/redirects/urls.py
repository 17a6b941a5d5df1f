from django.urls import re_path

from apps.redirects import beside_views, views

app_name = "redirects"

urlpatterns = [
    re_path(r"^robots\.txt\Z", beside_views.robots, name="robots"),
    re_path(r"^(?P<code>[A-Za-z0-9_-]{1,64})\+\Z", beside_views.preview, name="preview"),
    re_path(r"^(?P<code>[A-Za-z0-9_-]{1,64})\.qr\Z", beside_views.qr_code, name="qr_code"),
    re_path(r"^(?P<code>[A-Za-z0-9_-]{1,64})\Z", views.visitor_page, name="visitor_page"),
]
