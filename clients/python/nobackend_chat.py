"""A client of a nobackend-chat server, for bots and scripts. It needs Python 3.9 or later, and nothing else."""

import http.client
import json
import random
import secrets
import threading
import time
import urllib.error
import urllib.request

__all__ = ["Chat", "ChatError"]
__version__ = "0.2.0"

REQUEST_TIMEOUT_S = 10
POLL_TIMEOUT_S = 25
RETRY_FOR_S = 300  # how long a call is repeated while the server cannot be reached, or asks for time
FIRST_WAIT_S, WAIT_MAX_S = 0.4, 15  # the waits between attempts double
MENDS_MAX = 20  # names to try in a row, and users to make anew


class ChatError(Exception):
    """The server refused a call (`code`, `details`), or was not reached (`network`), or the chat has ended (`left`)."""

    def __init__(self, code, message, details=None, token=None):
        super().__init__(message)
        self.code, self.details, self.token = code, details or {}, token

    @property
    def may_pass(self):
        return self.code == "network" or ("retryAfter" in self.details and self.code != "not_allowed")


class Chat:
    """A user in a room. Iterate over it to get the events of the room, each once and in order."""

    def __init__(self, server, room="lobby", name=None, *, key=None, owner=None, secret=None):
        if not server.startswith(("https://", "http://")):
            message = f"server must begin with https:// or http://, not {server!r}."
            raise ChatError("bad_request", message, {"field": "server"})
        self.server, self.room, self.user, self.history, self.missed = server.rstrip("/"), room, None, [], 0
        self._about = {"room": room, "name": name, "key": key, "owner": owner, "secret": secret}
        self._token = self._cursor = None
        self._seen = {}  # the id of the last event, by room
        self._gap = []  # the newest events when the user was made anew
        self._lock = threading.RLock()
        self._join(None, RETRY_FOR_S)
        for event in self.history:
            self._is_new(event)

    def __iter__(self):
        """Yields events as dictionaries (see *Events* in the server's docs/api.md). Ends after `leave`."""
        while self._token:
            try:
                token, answer = self._as_user(self._poll, float("inf"))
            except ChatError as error:
                if error.code == "left":
                    return
                raise
            gap, self._gap = self._gap, []
            self.missed += answer.get("missed", 0)
            for event in gap + answer["events"]:
                if self._is_new(event):
                    yield event
            if token == self._token:  # otherwise another thread has made the user anew
                self._cursor = answer["cursor"]

    def messages(self):
        """Yields the messages of others."""
        return (event for event in self if event["type"] == "message" and event["from"]["id"] != self.user["id"])

    def send(self, text=None, *, data=None, to=None, re=None, room=None):
        """Sends a message once: to the room, or to the user with the id `to`. Returns its `id` and time (`at`)."""
        where = {"to": to} if to else {"room": room or self.room}
        return self._write("send", {"text": text, "data": data, "re": re, **where})

    def get(self, key, default=None):
        """Returns the value that the room remembers under a key."""
        return self.call("get", room=self.room, keys=key)["values"].get(key, {"value": default})["value"]

    def set(self, key, value):
        """Writes a value: anything that JSON can express. None deletes it."""
        self._write("set", {"room": self.room, "key": key, "value": value})

    def add(self, key, by=1):
        """Adds to a number, once. Returns the sum."""
        return self._write("add", {"room": self.room, "key": key, "by": by})["value"]

    def call(self, operation, **fields):
        """Calls any operation, such as `react` or `history`. Repeats it while the server cannot be reached."""
        return self._as_user(lambda token: self._ask(operation, {"token": token, **fields}))

    def leave(self):
        """Ends the user. Its name is free again."""
        token, self._token = self._token, None
        try:
            if token:
                self._ask("leave", {"token": token})
        except ChatError:
            pass  # the server ends a user that is silent

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()

    def _ask(self, operation, fields, timeout=REQUEST_TIMEOUT_S):
        """Sends one request. A `value` of None is sent: it deletes."""
        body = json.dumps({name: value for name, value in fields.items() if value is not None or name == "value"})
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.server}/api/{operation}", body.encode(), headers)
        try:
            try:
                response = urllib.request.urlopen(request, timeout=timeout)
            except urllib.error.HTTPError as refusal:
                response = refusal
            with response:
                answer = json.load(response)
            error = {} if answer["ok"] else answer["error"]
        except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as problem:
            error = {"code": "network", "message": f"No chat server answered: {problem!r}"}
        if error:
            raise ChatError(error["code"], error["message"], error, fields.get("token"))
        return answer

    def _poll(self, token):
        fields = {"token": token, "cursor": self._cursor, "timeout": POLL_TIMEOUT_S}
        return token, self._ask("poll", fields, POLL_TIMEOUT_S + REQUEST_TIMEOUT_S)

    def _write(self, operation, fields):
        """Writes once. If a former user may have done it, first asks the server by that user's token and the nonce."""
        nonce, senders = secrets.token_urlsafe(16), []

        def attempt(token):
            if senders and senders[-1] != token:
                where = {"room": fields.get("room"), "to": fields.get("to")}
                found = self._ask("sent", {"token": token, "former": senders[-1], "id": nonce, **where})
                if "id" in found:
                    return found
                senders.clear()
            try:
                return self._ask(operation, {"token": token, "id": nonce, **fields})
            except ChatError as error:
                if error.code in ("network", "unavailable"):
                    senders.append(token)
                raise

        return self._as_user(attempt)

    def _as_user(self, attempt, for_s=RETRY_FOR_S):
        """Calls `attempt` with the token. If the server does not know the user any more, joins again."""

        def once():
            if not self._token:
                raise ChatError("left", "The chat has ended.")
            return attempt(self._token)

        def mend(error):
            if error.code == "unauthorized":
                self._join(error.token, float("inf"))
            elif error.details.get("field") == "cursor":
                self._cursor = None
            else:
                return False
            return True

        return _persist(once, mend, for_s)

    def _join(self, spent, for_s):
        """Makes the user anew, once for all threads, under the name that it had."""
        with self._lock:
            if self._token != spent:
                return
            about = {**self._about, "id": secrets.token_urlsafe(32)}
            if self.user:
                about["name"] = self.user["name"]

            def mend(error):
                if error.code == "name_taken":
                    about["name"] = error.details["suggestion"]
                return error.code == "name_taken"

            answer = _persist(lambda: self._ask("join", about), mend, for_s)
            self.user, self.room, self.history = answer["user"], answer["room"]["name"], answer["room"]["history"]
            self._gap = self.history if spent else []
            self._cursor, self._token = answer["cursor"], answer["token"]

    def _is_new(self, event):
        """Remembers the event. Ids of a room only increase; signals have none."""
        if "id" not in event:
            return True
        number = tuple(map(int, event["id"].split("-")))
        is_new = number > self._seen.get(event["room"], (0,))
        if is_new:
            self._seen[event["room"]] = number
        return is_new


def _persist(attempt, mend, for_s):
    """Repeats an attempt while `mend` helps, or the failure may pass."""
    end, failures = time.monotonic() + for_s, 0
    while True:
        try:
            return attempt()
        except ChatError as error:
            failures += 1
            if failures <= MENDS_MAX and mend(error):
                continue
            if not error.may_pass or time.monotonic() > end:
                raise
            step = min(WAIT_MAX_S, FIRST_WAIT_S * 2 ** min(failures - 1, 20))
            time.sleep(error.details.get("retryAfter", 0) + step * (0.5 + random.random() / 2))
