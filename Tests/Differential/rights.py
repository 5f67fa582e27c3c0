"""Random users, roles and permissions, and requests of everybody: of those who may, and of those who may not."""

from targets import Drawn

USERS = ("root", "ann", "ben", "größe", "all")
ROLES = ("root", "r1", "r2", "r3", "all")
PASSWORDS = ("p", "other", "", "größe")
NOBODY = "nobody"
AUTH = "/v3/auth/"
# Intervals that a permission may have: those in reverse order etcd 3.5.1 takes, later ones do not. All begin elsewhere:
# of two that begin with the same key etcd finds only one when it is granted again, and keeps the other as it was, too.
INTERVALS = (
    {"key": b"a"}, {"key": b"b/1"}, {"key": b"b/", "range_end": b"b0"}, {"key": b"b/2", "range_end": b"d"},
    {"key": b"c", "range_end": b"\0"}, {"key": b"key/", "range_end": b"key0"}, {"key": b"key/0", "range_end": b"key/1"},
    {"key": b"key/1", "range_end": b"z"}, {"key": b"\0\0", "range_end": b"b"}, {"key": b"\0", "range_end": b"\0"},
)


class RightsGenerator:
    """Makes requests about users and roles, and keeps in mind what the passwords and tokens are."""

    def __init__(self, random):
        self.random = random
        self.passwords, self.tokens, self.old_tokens = {}, {}, []
        self.drawn_count = 0

    def chance(self, share):
        return self.random.random() < share

    def user(self):
        return self.random.choice((*USERS, *USERS, NOBODY, ""))

    def role(self):
        return self.random.choice((*ROLES, *ROLES, NOBODY, ""))

    def interval(self):
        return dict(self.random.choice(INTERVALS))

    def next(self):
        """(path, request) about users, roles and permissions"""
        make = self.random.choice((
            self.user_add, self.user_add, self.user_get, self.user_list, self.user_delete, self.user_password,
            self.user_grant, self.user_grant, self.user_grant, self.user_revoke, self.role_add, self.role_add,
            self.role_get, self.role_list, self.role_delete, self.role_grant, self.role_grant, self.role_grant,
            self.role_revoke, self.status))
        path, request = make()
        return AUTH + path, request

    def user_add(self):
        request = {"name": self.user(), "password": self.random.choice(PASSWORDS)}
        if self.chance(0.1):
            request["options"] = {"no_password": True}
        return "user/add", request

    def user_get(self):
        # Who gives no name is, for etcd 3.5.1, the user without a name, and may look at itself.
        return "user/get", {"name": self.random.choice((*USERS, NOBODY))}

    def user_list(self):
        return "user/list", {}

    def user_delete(self):
        return "user/delete", {"name": self.user()}

    def user_password(self):
        request = {"name": self.user(), "password": self.random.choice(PASSWORDS)}
        if request["name"] == "root" and not request["password"]:
            request["password"] = "p"  # Changed to none it shuts the user out, and nobody could turn users off.
        return "user/changepw", request

    def user_grant(self):
        return "user/grant", {"user": self.user(), "role": self.role()}

    def user_revoke(self):
        return "user/revoke", {"name": self.user(), "role": self.role()}

    def role_add(self):
        return "role/add", {"name": self.role()}

    def role_get(self):
        # Of the role root etcd 3.5.1 shows what was granted to it, later ones that it may do everything.
        return "role/get", {"role": self.random.choice((*ROLES[1:], *ROLES[1:], NOBODY, ""))}

    def role_list(self):
        return "role/list", {}

    def role_delete(self):
        return "role/delete", {"role": self.role()}

    def role_grant(self):
        request = {"name": self.role()}
        if self.chance(0.95):
            request["perm"] = {"permType": self.random.choice(("READ", "WRITE", "READWRITE")), **self.interval()}
        return "role/grant", request

    def role_revoke(self):
        return "role/revoke", {"role": self.role(), **self.interval()}

    def status(self):
        return "status", {}

    def log_in(self):
        """Somebody who asks for a token, often with the password."""
        name = self.user()
        password = self.passwords.get(name, "p") if self.chance(0.7) else self.random.choice(PASSWORDS)
        return AUTH + "authenticate", {"name": name, "password": password}

    def bearer(self):
        """(name, token) of whoever asks next"""
        kind = self.random.random()
        if kind < 0.08:
            return "", None
        if kind < 0.14:
            return "", self.random.choice(("", "nonsense", "abcdefghijklmnop.7", "x" * 5000))
        if kind < 0.20 and self.old_tokens:
            return "", self.random.choice(self.old_tokens)
        if kind < 0.50 or len(self.tokens) < 2:
            return "root", self.tokens.get("root")
        return self.random.choice(list(self.tokens.items()))

    def note(self, exchange, path, request, answers):
        """Keeps in mind what has become of a request."""
        if answers[0].status != 200:
            return
        what = path.removeprefix(AUTH)
        if what == "authenticate":
            self.drawn_count += 1
            name = f"token {self.drawn_count}"
            drawn = exchange.draw(answers, lambda each: each.body.get("token"), name)
            if drawn:
                self.forget(request["name"])
                self.tokens[request["name"]] = drawn
        elif what in ("user/add", "user/changepw"):
            self.passwords[request["name"]] = request["password"]
            self.forget(request["name"])
        elif what == "user/delete":
            self.forget(request["name"])
        elif what in ("disable", "enable"):
            for user in list(self.tokens):
                self.forget(user)

    def valid_token(self):
        return self.random.choice(list(self.tokens.values())) if self.tokens else None

    def forget(self, user):
        token = self.tokens.pop(user, None)
        if isinstance(token, Drawn):
            self.old_tokens = [*self.old_tokens[-7:], token]


def tame(request, path, name):
    """A request without that of which etcd 3.5.1 does not ask whether the user may, and Synod does: nested transactions,
    previous pairs and leases of puts in transactions, and ranges in reverse order."""
    if name == "root":
        return request
    request = in_order(request)
    if not path.endswith("/txn"):
        return request
    for branch in ("success", "failure"):
        request[branch] = [tame_operation(each) for each in request.get(branch, ()) if "request_txn" not in each]
    # One that asks for nothing at all etcd lets anybody send.
    return request if any(request.values()) else {"compare": [{"key": b"a"}]}


def in_order(value):
    """A request in which no range ends before it begins."""
    if isinstance(value, list):
        return [in_order(each) for each in value]
    if not isinstance(value, dict):
        return value
    value = {name: in_order(each) for name, each in value.items()}
    if b"\0" != value.get("range_end", b"\0") <= value.get("key", b""):
        del value["range_end"]
    return value


def tame_operation(operation):
    put = operation.get("request_put")
    if not put:
        return operation
    return {"request_put": {key: value for key, value in put.items() if key not in ("prev_kv", "lease")}}
