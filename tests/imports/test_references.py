"""Markdown that comes in refers to what is here; mail refers to nothing."""

from dataclasses import replace

import pytest
from django.utils import timezone

from forum.comments.models import Comment, CommentBody
from forum.imports.planning import plan_thread
from forum.imports.save import save_thread
from forum.posts.models import Post
from tests.exports.documents import make_comment_document, make_document, make_post_document, uid
from tests.factories import make_comment, make_post
from tests.imports.letters import make_mail, read

pytestmark = pytest.mark.django_db


def test_what_comes_in_refers_to_people_and_posts_here_and_to_each_other(ann, ben, act):
    here = make_post(ben, title="Here already", source="See [[What comes]].")
    answer = make_comment(here, ben, source="[[What comes]]")
    post = make_post_document(title="What comes", source="[[Here already]], @ben", revisions=())
    comments = (make_comment_document(number=2, source="[[What comes]] and @ben", revisions=()),)
    document = replace(make_document(), post=post, comments=comments)

    come = act(save_thread, plan=plan_thread(document), now=timezone.now())

    link = f'<a href="{come.get_absolute_url()}">What comes</a>'
    said = '<a href="/u/ben/">@ben</a>'
    comment = Comment.objects.get(body__uid=uid(2))
    come.refresh_from_db()
    assert come.html == f'<p><a href="{here.get_absolute_url()}">Here already</a>, {said}</p>'
    assert CommentBody.objects.get(pk=comment.pk).html == f"<p>{link} and {said}</p>"
    assert Post.objects.get(pk=here.pk).html == f"<p>See {link}.</p>"
    assert CommentBody.objects.get(pk=answer.pk).html == f"<p>{link}</p>"
    assert list(comment.references.values_list("target", flat=True)) == [come.pk]
    assert list(comment.mentions.values_list("person", flat=True)) == [ben.pk]
    assert not Post.objects.cited_wrongly().filter(pk=come.pk).exists()


def test_mail_refers_to_nothing(ben, act):
    make_post(ben, title="Here already")
    (thread,) = read(make_mail("m", body="See [[Here already]], @ben")).threads
    come = act(save_thread, plan=plan_thread(thread), now=timezone.now())
    assert "[[Here already]], @ben" in come.html
    assert not come.references.exists()
    assert not come.mentions.exists()
