from django.urls import path

from forum.pages import formatting, health, lists, metrics, threads

app_name = "pages"

urlpatterns = [
    path("", lists.front, name="front"),
    path("tags/", lists.tags, name="tags"),
    path("tags/<str:slug>/", lists.tag, name="tag"),
    path("u/<str:username>/", lists.person, name="person"),
    path("help/formatting", formatting.formatting, name="formatting"),
    path("posts/<id:post_id>/", threads.bare, name="post"),
    path("posts/<id:post_id>/<str:slug>/", threads.show, name="thread"),
    path("posts/<id:post_id>/<str:slug>/c/<id:comment_id>/", threads.branch, name="branch"),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
]
