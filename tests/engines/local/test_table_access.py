from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import boto3
import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.table_access import half_pair_notice, table_access
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.access import AwsAccess
from tests.engines.local.conftest import MakeTable, ddl
from tests.support.fake_sts import fake_sts

BASE = AwsAccess(region="us-east-1", dynamodb_endpoint_url="http://base", access_key_id="B", secret_access_key="b")
ROLE = "arn:aws:iam::111122223333:role/team/reader"
Pairs = Mapping[str, str]


@pytest.mark.parametrize(
    ("properties", "settings", "region"),
    [
        ({"dynamodb.region": "r-table"}, {"dynamodb.region": "r-set", "dynamodb.regionid": "r-id"}, "r-table"),
        ({}, {"dynamodb.region": "r-set", "dynamodb.regionid": "r-id"}, "r-set"),
        ({"dynamodb.regionid": "ignored"}, {"dynamodb.regionid": "r-id"}, "r-id"),
        ({"dynamodb.regionid": "ignored"}, {}, "us-east-1"),
        ({"dynamodb.region": ""}, {}, "us-east-1"),
    ],
)
def test_the_region_is_looked_for_in_the_connectors_order(properties: Pairs, settings: Pairs, region: str) -> None:
    assert table_access(BASE, properties, settings).region == region


def test_the_endpoint_of_a_table_wins() -> None:
    given = {"dynamodb.endpoint": "http://table"}
    assert table_access(BASE, given, {"dynamodb.endpoint": "http://set"}).dynamodb_endpoint_url == "http://table"
    assert table_access(BASE, {}, {"dynamodb.endpoint": "http://set"}).dynamodb_endpoint_url == "http://set"
    assert table_access(BASE, {}, {}).dynamodb_endpoint_url == "http://base"


KEYS = {"dynamodb.awsAccessKeyId": "K", "dynamodb.awsSecretAccessKey": "s"}
S3_KEYS = {"fs.s3.awsAccessKeyId": "S3", "fs.s3.awsSecretAccessKey": "s3"}


@pytest.mark.parametrize(
    ("properties", "settings", "keys"),
    [
        ({}, KEYS, ("K", "s", None)),
        ({}, {**KEYS, "dynamodb.awsSessionToken": "t"}, ("K", "s", "t")),
        ({}, {**S3_KEYS, **KEYS}, ("K", "s", None)),
        ({}, S3_KEYS, ("S3", "s3", None)),
        ({}, {**S3_KEYS, "dynamodb.awsAccessKeyId": "K"}, ("B", "b", None)),
        ({}, {"dynamodb.awsSecretAccessKey": "s"}, ("B", "b", None)),
        (KEYS, {}, ("B", "b", None)),
    ],
)
def test_static_keys_come_from_settings_alone(
    properties: Pairs, settings: Pairs, keys: tuple[str, str, str | None]
) -> None:
    found = table_access(BASE, properties, settings)
    assert (found.access_key_id, found.secret_access_key, found.session_token) == keys


def test_half_a_pair_of_keys_is_noticed() -> None:
    assert half_pair_notice({}) is None
    assert half_pair_notice(KEYS) is None
    assert "awsAccessKeyId is not set" in str(half_pair_notice({"dynamodb.awsSecretAccessKey": "s"}))


def test_a_role_of_the_table_wins_over_the_sessions() -> None:
    properties = {"ddb_hive.role.arn": ROLE, "ddb_hive.role.external.id": "x"}
    settings = {"ddb_hive.role.arn": ROLE.replace("1111", "9999"), "ddb_hive.role.session.name": "nightly"}
    found = table_access(BASE, properties, settings)
    assert (found.role_arn, found.role_external_id, found.role_session_name) == (ROLE, "x", "nightly")


@pytest.mark.parametrize(
    "settings",
    [
        {"ddb_hive.role.arn": "reader"},
        {"ddb_hive.role.arn": "arn:aws:iam::1:role/x"},
        {"ddb_hive.role.arn": "arn:aws:iam::111122223333:user/x"},
        {"ddb_hive.role.external.id": "x"},
        {"ddb_hive.role.session.name": "x"},
        {"ddb_hive.role.arn": ROLE, "ddb_hive.role.session.name": "two words"},
    ],
)
def test_a_role_that_is_none_is_refused(settings: Pairs) -> None:
    with pytest.raises(InputError, match=r"ddb_hive\.role"):
        table_access(BASE, {}, settings)


def _proxy(**parts: str) -> dict[str, str]:
    return {f"dynamodb.proxy.{name}": value for name, value in parts.items()}


def test_a_proxy_is_made_of_its_settings() -> None:
    assert table_access(BASE, {}, _proxy(hostname="p", port="3128")).proxy_url == "http://p:3128"
    whole = _proxy(hostname="::1", port="3128", username="a b", password="p@ss/word")
    assert table_access(BASE, {}, whole).proxy_url == "http://a%20b:p%40ss%2Fword@[::1]:3128"
    assert table_access(BASE, _proxy(hostname="p", port="1"), {}).proxy_url is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (_proxy(hostname="p"), "Only one of proxy host and port are set, when both are required"),
        (_proxy(port="3128"), "Only one of proxy host and port are set, when both are required"),
        (_proxy(hostname="p", port="0"), "Only one of proxy host and port are set, when both are required"),
        (_proxy(hostname="p", port="x"), 'For input string: "x"'),
        (
            _proxy(hostname="p", port="1", username="u"),
            "Only one of proxy username and password are set, when both are required",
        ),
        (_proxy(password="w"), "Only one of proxy username and password are set, when both are required"),
        (
            _proxy(username="u", password="w"),
            "Proxy host and port must be supplied if proxy username and password are present",
        ),
        (_proxy(hostname="http://p", port="1"), "dynamodb.proxy.hostname='http://p'"),
    ],
)
def test_half_a_proxy_is_refused_in_the_connectors_words(settings: Pairs, message: str) -> None:
    with pytest.raises(InputError) as caught:
        table_access(BASE, {}, settings)
    assert caught.value.message.startswith(message)


class Proxy:
    """An HTTP proxy that notes who asked for what."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[tuple[str, str]] = []


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    noted = Proxy()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            user = self.headers.get("Proxy-Authorization", "").partition(" ")[2]
            noted.asked.append((base64.b64decode(user).decode(), self.path))
            target = urlsplit(self.path)
            onward = HTTPConnection(str(target.hostname), target.port or 80)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            onward.request("POST", target.path or "/", body, dict(self.headers.items()))
            answer = onward.getresponse()
            data = answer.read()
            onward.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    noted.port = server.server_port
    yield noted
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.integration
def test_a_table_is_read_through_the_proxy(
    proxy: Proxy, session: LocalSession, make_table: MakeTable, dynamodb_local: str
) -> None:
    name = make_table([{"id": {"S": "a"}}])
    for part, value in (
        ("hostname", "127.0.0.1"), ("port", str(proxy.port)), ("username", "us"), ("password", "p/w")
    ):  # fmt: skip
        session.execute(f"SET dynamodb.proxy.{part}={value}").close()
    session.execute(ddl("t", name, "id string", "id:id")).close()
    assert list(session.execute("SELECT id FROM t").lines()) == ["a"]
    assert len(proxy.asked) >= 2
    assert set(proxy.asked) == {("us:p/w", f"{dynamodb_local}/")}


@pytest.mark.integration
def test_tables_of_two_accounts_are_joined_in_one_script(moto_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto keeps accounts apart: a role's credentials see the tables of the role's account."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto_server)
    accounts = {"111111111111": "left", "222222222222": "right"}
    for account, word in accounts.items():
        sts = boto3.client("sts", endpoint_url=moto_server, region_name="eu-west-1")
        role = f"arn:aws:iam::{account}:role/reader"
        keys = sts.assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
        client = boto3.client(
            "dynamodb",
            endpoint_url=moto_server,
            region_name="eu-west-1",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        client.create_table(
            TableName="Shared",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="Shared", Item={"id": {"S": "a"}, "word": {"S": word}})
    access = AwsAccess(region="eu-west-1", dynamodb_endpoint_url=moto_server)
    with LocalSession(access=access) as session:
        for account, name in zip(accounts, ("one", "two"), strict=True):
            role = f', "ddb_hive.role.arn" = "arn:aws:iam::{account}:role/reader"'
            session.execute(ddl(name, "Shared", "id string, word string", "id:id,word:word", role)).close()
        rows = list(session.execute("SELECT one.word, two.word FROM one JOIN two ON one.id = two.id").lines())
    assert rows == ["left\tright"]


@pytest.mark.integration
def test_tables_of_two_regions_are_joined_in_one_script(moto_server: str) -> None:
    for region in ("eu-west-1", "us-west-2"):
        client = boto3.client("dynamodb", endpoint_url=moto_server, region_name=region)
        client.create_table(
            TableName="Regional",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="Regional", Item={"id": {"S": "a"}, "word": {"S": region}})
    with LocalSession(access=AwsAccess(region="eu-west-1")) as session:
        session.execute(f"SET dynamodb.endpoint={moto_server}").close()
        for name, region in (("one", ""), ("two", "us-west-2")):
            there = f', "dynamodb.region" = "{region}"' if region else ""
            session.execute(ddl(name, "Regional", "id string, word string", "id:id,word:word", there)).close()
        rows = list(session.execute("SELECT one.word, two.word FROM one JOIN two ON one.id = two.id").lines())
    assert rows == ["eu-west-1\tus-west-2"]


@pytest.mark.integration
def test_a_read_outlives_the_sessions_of_its_role(
    session: LocalSession, make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = make_table([{"id": {"S": f"k{number}"}, "text": {"S": "x" * 300_000}} for number in range(15)])
    with fake_sts() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        sts.lifetime_seconds = 3.0
        session.execute(f"SET ddb_hive.role.arn={ROLE}").close()
        session.execute(ddl("t", name, "id string, text string", "id:id,text:text")).close()
        assert list(session.execute("SELECT count(*), sum(length(text)) FROM t").lines()) == ["15\t4500000"]
        # Credentials that end within minutes are renewed for each request: look-ups, and five pages.
        assert len(sts.requests) >= 6
        assert {request["RoleSessionName"] for request in sts.requests} == {"ddb-hive"}
