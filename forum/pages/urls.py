from django.urls import path

from forum.pages import health, threads

app_name = "pages"

urlpatterns = [
    path("posts/<id:post_id>/", threads.bare, name="post"),
    path("posts/<id:post_id>/<str:slug>/", threads.show, name="thread"),
    path("posts/<id:post_id>/<str:slug>/c/<id:comment_id>/", threads.branch, name="branch"),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
]
