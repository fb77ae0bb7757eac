"""What a person is mailed: chosen on their own page, or ended by the link in a mail, without signing in."""

from flask import Blueprint, abort, g, redirect, render_template, request

import languages
import outbox
from mailings import KINDS

from .answers import checked
from .forms import MailForm
from .people import OwnPage

pages = Blueprint("mail", __name__)

# What mail programs send (RFC 8058), and the button of our page.
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pages.post("/me/mail")
def choose():
    g.page = OwnPage(g.person)
    form = checked(MailForm, at="mail")
    g.person.choose_mail([kind for kind in KINDS if kind not in form.kinds.data], form.content.data)
    return redirect("/me?saved=mail#mail", 303)


@pages.get("/unsubscribing")
def ask():
    mail = _mail_or_404()
    return render_template("mail/unsubscribing.html", kind=KINDS[mail.kind], is_over=False, sends=ONE_CLICK)


@pages.post("/unsubscribing")
def stop():
    mail = _mail_or_404()
    if request.form.get("List-Unsubscribe") != ONE_CLICK["List-Unsubscribe"]:
        abort(400)
    mail.person.stop_mail(mail.kind)
    return render_template("mail/unsubscribing.html", kind=KINDS[mail.kind], is_over=True)


def _mail_or_404():
    # It is in the query, which the proxies of deploy/ keep out of their logs.
    mail = outbox.of_token(request.args.get("token", "")) or abort(404)
    languages.speak(mail.person.language)
    return mail
