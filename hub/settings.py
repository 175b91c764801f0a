"""Every setting of the hub, read once from `HUB_...` variables and an optional hub.toml."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from hub.connectors.references import secret_of
from hub.domain.errors import FatalError, UsageError
from hub.domain.people import Role

_SECRETS = ("database", "token_keys", "oidc_client_secret", "kafka_password", "s3_secret", "smtp_password", "llm_key")
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_REFERENCES = ("env:", "file:", "keyring:")


class Settings(BaseSettings):
    """One frozen object; a variable wins over hub.toml, which wins over the default.

    hub.toml is looked for at `HUB_CONFIG`, else in `HUB_HOME`; its keys are the field names below. A secret may be
    given as a reference: `env:NAME`, `file:/path` or `keyring:SERVICE/USER`.
    """

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=lambda: user_data_path("liaison-hub", appauthor=False),
        description="Folder that holds everything the embedded hub writes",
    )
    models_dir: Path | None = Field(default=None, description="Folder of fetched models; HUB_HOME/models when unset")
    asr: Literal["auto", "whisper", "moonshine"] = Field(
        default="auto", description="Recognizer; auto takes whisper where its model is fetched, else moonshine"
    )
    whisper_model: str = Field(default="whisper-base", description="Name of the Whisper model in the manifest")
    threads: int = Field(default=0, ge=0, le=256, description="Processor threads for models; 0 means all cores")
    timezone: str = Field(default="UTC", description="IANA zone of a meeting that names none")
    region: str = Field(default="GB", pattern="^[A-Z]{2}$", description="Country whose order of day and month applies")
    minutes_style: Literal["auto", "formal", "protocol", "summary"] = Field(
        default="auto", description="Order of the parts of minutes; auto takes what is usual for the locale"
    )
    outgoing_audience: Literal["blinded", "unblinded", "restricted"] = Field(
        default="blinded",
        description="For whom minutes that leave are (mail, webhook, record, translation); restricted: all of it",
    )
    paper: Literal["auto", "A4", "Letter"] = Field(
        default="auto", description="Size of paper; auto takes the one of HUB_REGION"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="warning", description="Least level logged")
    log_format: Literal["console", "json"] = Field(default="console", description="Form of the log lines on stderr")
    host: str = Field(default="127.0.0.1", description="Address that pages are served on")
    tls_certificate: Path | None = Field(
        default=None, description="Certificate (PEM, with those that signed it) that hub serve proves its name with"
    )
    tls_key: Path | None = Field(default=None, description="Private key (PEM) of HUB_TLS_CERTIFICATE")
    port: int = Field(default=8765, ge=0, le=65535, description="Port that pages are served on; 0 picks a free one")

    public_url: str | None = Field(
        default=None,
        pattern="^https://[^/]+$",
        description="Address that people reach the pages at; only this machine reaches them without TLS when unset",
    )
    idle_minutes: int = Field(default=30, ge=1, le=720, description="Minutes without a request that end a session")
    session_hours: int = Field(default=12, ge=1, le=24, description="Hours after which anyone signs in again")
    password_days: int = Field(default=365, ge=1, le=3650, description="Days after which a password is to be changed")
    second_factor_for: str = Field(
        default="",
        description="Roles, separated by commas, that a password alone does not open: administrator,project_manager...",
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])",
        description="Identity provider for single sign-on (OpenID Connect), as it calls itself; none when unset",
    )
    oidc_client_id: str = Field(default="hub", description="Name under which the identity provider knows the hub")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Secret of that name")
    requests_per_s: float = Field(
        default=20, gt=0, le=10_000, description="Requests a second that one person or token may ask of the API"
    )

    database: SecretStr | None = Field(
        default=None,
        description="Database as postgresql+psycopg://user:password@host/name; the embedded HUB_HOME/hub.db when unset",
    )
    token_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys, newest first, that kept tokens are encrypted under, separated by commas; the one in "
        "HUB_HOME/keys/tokens.key, made at first use, when unset",
    )
    systems_dir: Path | None = Field(
        default=None, description="Folder with a YAML file for each connected system; HUB_HOME/systems when unset"
    )
    platforms_dir: Path | None = Field(
        default=None, description="Folder with a YAML file for each meeting platform; HUB_HOME/platforms when unset"
    )
    webhooks_dir: Path | None = Field(
        default=None, description="Folder with a YAML file for each sender of webhooks; HUB_HOME/webhooks when unset"
    )
    bus: Literal["sql", "kafka"] = Field(
        default="sql", description="What carries messages: the hub's database or Kafka"
    )
    bus_partitions: int = Field(
        default=8, ge=1, le=1024, description="Partitions of each topic; fixed once one is made"
    )
    kafka_servers: str = Field(default="127.0.0.1:9092", description="Brokers as host:port, separated by commas")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="SASL_SSL", description="How brokers are reached; PLAINTEXT only on this machine"
    )
    kafka_username: str | None = Field(default=None, description="Name for SASL (SCRAM-SHA-512)")
    kafka_password: SecretStr | None = Field(default=None, description="Password for SASL")
    kafka_ca: Path | None = Field(
        default=None, description="Certificates (PEM) that sign the brokers'; else the system's"
    )
    kafka_replication: int = Field(default=3, ge=1, le=9, description="Copies of each topic that is made")
    blobs: Literal["folder", "s3"] = Field(
        default="folder", description="What keeps recordings and documents: HUB_HOME/blobs or a bucket"
    )
    s3_bucket: str = Field(default="", description="Bucket of HUB_BLOBS=s3")
    s3_prefix: str = Field(default="", description="Put before each key in the bucket, such as hub/")
    s3_endpoint: str | None = Field(default=None, description="Address of a store other than Amazon's, https")
    s3_region: str | None = Field(default=None, description="Region of the bucket")
    s3_key: str | None = Field(default=None, description="Access key; the role of the machine when unset")
    s3_secret: SecretStr | None = Field(default=None, description="Secret of the access key")
    s3_encryption: Literal["", "AES256", "aws:kms"] = Field(
        default="", description="Encryption at rest that is asked of the store for each object; its own when unset"
    )
    s3_ca: Path | None = Field(default=None, description="Certificates (PEM) that sign the store's; else the system's")
    llm_model: str = Field(default="", description="Name of the model at HUB_LLM_URL")
    llm_url: str | None = Field(
        default=None,
        description="Language model as a second reader, any OpenAI-compatible address such as https://host/v1; it gets "
        "redacted text only; none is asked when unset",
    )
    llm_key: SecretStr | None = Field(default=None, description="Key for HUB_LLM_URL")
    llm_timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Longest wait for one answer of the language model, in seconds"
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the worker's Prometheus metrics on HUB_HOST; 0 serves none"
    )

    largest_upload_mb: int = Field(
        default=4096, ge=1, le=65_536, description="Megabytes that an uploaded recording may have at most"
    )
    minutes_artifact: str = Field(
        default="01.05.03",
        pattern=r"^\d{2}\.\d{2}\.\d{2}$",
        description="Artifact of the TMF Reference Model that approved minutes are filed as",
    )
    pages_url: str = Field(default="", description="Address that people open the hub under, for links in mails")
    chats_dir: Path | None = Field(
        default=None,
        description="Folder with a YAML file for each channel of a chat that minutes are announced in; HUB_HOME/chats "
        "when unset",
    )
    communications_dir: Path | None = Field(
        default=None,
        description="Folder with a YAML file for each study whose channels are captured; HUB_HOME/communications when "
        "unset",
    )
    outgoing_dir: Path | None = Field(
        default=None, description="Folder with a YAML file for each webhook out; HUB_HOME/outgoing when unset"
    )
    mail_file: Path | None = Field(
        default=None,
        description="YAML file that says how mails go out, with OAuth or through Microsoft Graph, in the place of the "
        "HUB_SMTP settings; HUB_HOME/mail.yaml when unset",
    )
    mailboxes_dir: Path | None = Field(
        default=None,
        description="Folder with a YAML file for each mailbox whose capture is agreed; HUB_HOME/mailboxes when unset",
    )
    calendars_dir: Path | None = Field(
        default=None,
        description="Folder with a YAML file for each calendar that meetings are written into; HUB_HOME/calendars when "
        "unset",
    )
    plans_dir: Path | None = Field(
        default=None,
        description="Folder with a YAML file for the communication plan of each study; HUB_HOME/plans when unset",
    )
    copies_dir: Path | None = Field(
        default=None,
        description="Folder with a YAML file for each pair of systems whose documents are copied from time to time; "
        "HUB_HOME/copies when unset",
    )
    smtp_host: str = Field(default="", description="Mail server that minutes are sent through; none sends no mail")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the mail server is reached; none only on this machine"
    )
    smtp_user: str | None = Field(default=None, description="Name to sign in with at the mail server")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server")
    smtp_from: str = Field(default="", description="Address that mails come from")
    smtp_ca: Path | None = Field(
        default=None, description="Certificates (PEM) that sign the mail server's; else the system's"
    )

    otlp_endpoint: str | None = Field(
        default=None,
        pattern="^https?://",
        description="OpenTelemetry collector (OTLP over HTTP) that spans are sent to; none are made when unset",
    )

    @field_validator("second_factor_for")
    @classmethod
    def _roles(cls, value: str) -> str:
        unknown = [name for name in value.split(",") if name.strip() and name.strip() not in set(Role)]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no role; roles are {', '.join(Role)}")
        return value

    @field_validator(*_SECRETS, mode="before")
    @classmethod
    def _looked_up(cls, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(_REFERENCES):
            return value
        try:
            return secret_of(value)
        except FatalError as error:
            raise ValueError(str(error)) from error

    @field_validator("llm_url")
    @classmethod
    def _may_be_asked(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return value
        where = urlsplit(value)
        if where.scheme != "https" and not (where.scheme == "http" and where.hostname in _THIS_MACHINE):
            raise ValueError("it begins with https; http only to this machine")
        if not info.data.get("llm_model"):
            raise ValueError("HUB_LLM_MODEL is to name the model there")
        return value

    @property
    def models(self) -> Path:
        """The folder that holds fetched models."""
        return self.models_dir or self.home / "models"

    @property
    def secure_cookies(self) -> bool:
        """Tell whether browsers are to send cookies over TLS only: everywhere but on this machine itself."""
        away = self.host not in ("127.0.0.1", "localhost", "::1")
        return self.public_url is not None or self.tls_certificate is not None or away

    @property
    def guarded(self) -> frozenset[Role]:
        """The roles that a password alone does not open."""
        return frozenset(Role(name.strip()) for name in self.second_factor_for.split(",") if name.strip())

    @property
    def systems(self) -> Path:
        """The folder that describes the connected systems."""
        return self.systems_dir or self.home / "systems"

    @property
    def platforms(self) -> Path:
        """The folder that describes the meeting platforms."""
        return self.platforms_dir or self.home / "platforms"

    @property
    def webhooks(self) -> Path:
        """The folder that describes who may call."""
        return self.webhooks_dir or self.home / "webhooks"

    @property
    def chats(self) -> Path:
        """The folder that describes channels of chats."""
        return self.chats_dir or self.home / "chats"

    @property
    def mailboxes(self) -> Path:
        """The folder that describes the mailboxes whose capture is agreed."""
        return self.mailboxes_dir or self.home / "mailboxes"

    @property
    def calendars(self) -> Path:
        """The folder that describes the calendars that meetings are written into."""
        return self.calendars_dir or self.home / "calendars"

    @property
    def plans(self) -> Path:
        """The folder that describes the communication plans of studies."""
        return self.plans_dir or self.home / "plans"

    @property
    def copies(self) -> Path:
        """The folder that describes which documents are copied from time to time."""
        return self.copies_dir or self.home / "copies"

    @property
    def mail(self) -> Path:
        """The file that says how mails go out; it need not be there."""
        return self.mail_file or self.home / "mail.yaml"

    @property
    def communications(self) -> Path:
        """The folder that describes the channels whose capture is agreed."""
        return self.communications_dir or self.home / "communications"

    @property
    def outgoing(self) -> Path:
        """The folder that describes the webhooks out."""
        return self.outgoing_dir or self.home / "outgoing"

    @property
    def set_up(self) -> dict[str, Path]:
        """The folders that say what the hub is connected to and runs by: what a backup takes along, wherever it is."""
        names = (
            "systems", "platforms", "webhooks", "chats", "mailboxes", "calendars", "plans", "copies", "communications",
            "outgoing",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    @property
    def database_url(self) -> str:
        """SQLAlchemy address of the database; it may hold a password and is never printed."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.home / 'hub.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, hub.toml."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, InitSettingsSource(settings_cls, _toml())


def load_settings(**overrides: Any) -> Settings:
    """Read the settings. UsageError names each setting that is wrong, and why."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        reasons = "; ".join(f"{_name(e['loc'])}: {_reason(e)}" for e in error.errors())
        raise UsageError(f"settings: {reasons}") from error


def _reason(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such setting (in hub.toml); docs/operations.md lists them"
    if error["loc"][0] in _SECRETS:
        return str(error["msg"]).removeprefix("Value error, ")
    return f"{error['input']!r} will not do: {error['msg'].lower()}"


def _name(location: tuple[int | str, ...]) -> str:
    return "HUB_" + "__".join(str(part) for part in location).upper()


def _toml() -> dict[str, Any]:
    named = os.environ.get("HUB_CONFIG")
    home = Path(os.environ["HUB_HOME"]) if "HUB_HOME" in os.environ else user_data_path("liaison-hub", appauthor=False)
    path = Path(named) if named else home / "hub.toml"
    if not path.is_file():
        if named:
            raise UsageError(f"{path}: HUB_CONFIG names this file, but it is not there")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not readable as TOML: {error}") from error
