"""A supplier portal's route: a supplier hands in its mark, and hears at once whether it is accepted and why not.

    AKASHI_BUNDLE=marks.akashi AKASHI_ANCHOR=HEX flask --app examples/flask_route run

    POST /suppliers/0188:7000012050002/mark      {"mark": "…what was scanned or typed…"}

One Verifier serves all threads of a process. Needs Flask (it is in the extra `[registry]`).
"""

import os
from http import HTTPStatus
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from verifier import VerificationError, Verifier
from verifier.policy import PolicyError, policy_from_table
from verifier.words import meaning, title

LONGEST = 16 << 10  # bytes of a request


def create_app(verifier: Verifier | None = None) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST
    judge = verifier or Verifier.from_bundle(os.environ["AKASHI_BUNDLE"], anchor=os.environ["AKASHI_ANCHOR"])

    @app.post("/suppliers/<supplier>/mark")
    def hand_in(supplier: str) -> ResponseReturnValue:
        sent: Any = request.get_json(silent=True)
        if not isinstance(sent, dict) or not isinstance(sent.get("mark"), str):
            return jsonify(error='send {"mark": "…"}'), HTTPStatus.BAD_REQUEST
        try:
            policy = policy_from_table({"version": 1, "organisation": supplier, "min_level": 3})
        except PolicyError as error:
            return jsonify(error=str(error)), HTTPStatus.NOT_FOUND
        # A mark of somebody else is not accepted either: the policy compares the holder.
        claims = judge.require(sent["mark"], policy=policy).mark
        return jsonify(accepted=True, level=claims.claims.level if claims else None)

    @app.errorhandler(VerificationError)
    def not_accepted(error: VerificationError) -> ResponseReturnValue:
        lang = request.accept_languages.best_match(["ja", "en"]) or "en"
        why = [
            {"reason": reason, "title": title(reason, lang), "meaning": meaning(reason, lang)}
            for reason in error.report.reasons
        ]
        return jsonify(accepted=False, verdict=error.report.verdict, why=why)

    return app
