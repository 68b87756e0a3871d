"""What a service does beside visiting: its profile, stories, alarms, the digest, retention, the ping."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from crawler.profile import DistrictProfile, find_profile, load_profile
from quxun.config import Config
from quxun.pruning import prune_own_files, prune_quietly
from quxun.visiting import now
from scheduler.follow import follow_in_one_thread
from scheduler.service import Chore
from scheduler.telling.channels import channels_of
from scheduler.telling.digest import Digest
from scheduler.telling.ping import Ping
from scheduler.telling.watch import Alarms
from scheduler.troubles import Troubles
from storage.errors import ConfigError
from storage.store import Store

_HOUR_S = 3600.0


class District:
    """The profile in force: read again when its file changes, and applied to the store."""

    def __init__(self, config: Config, store: Store) -> None:
        self._path, self._store = find_profile(config.district), store
        #: A copy of the profile as it was last in order: what runs read while the file itself is not.
        self.in_force = config.home / "district.in-force.toml"
        self._seen = self._stamp()
        self.profile: DistrictProfile = self._load()
        self._apply()

    def look(self) -> None:
        """Apply the file if it has changed; raises ConfigError, with the old sources in force, if it is wrong now."""
        stamp = self._stamp()
        if stamp != self._seen:
            self.profile = self._load()
            self._apply()
            self._seen = stamp

    def _load(self) -> DistrictProfile:
        """The profile in the file, which is copied if it is in order; ConfigError if it is not."""
        profile = load_profile(self._path)
        draft = self.in_force.with_suffix(".new")
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(self._path.read_bytes())
            load_profile(draft)
            draft.replace(self.in_force)
        except OSError as error:
            raise ConfigError(str(self.in_force), "", error.strerror or str(error)) from error
        return profile

    def _apply(self) -> None:
        self._store.sources.apply(self.profile.declared_by, self.profile.sources, now())

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise ConfigError(str(self._path), "", error.strerror or str(error)) from error
        return found.st_mtime_ns, found.st_size


class Household:
    """The chores of a service."""

    def __init__(
        self, config: Config, store: Store, troubles: Troubles, district: District, go_on: Callable[[], bool]
    ) -> None:
        """`go_on` is asked in the middle of long work; False when the service is about to end."""
        zone = ZoneInfo(district.profile.district.timezone)
        channels = channels_of(config.alarms)
        self._config, self._store, self._district, self._go_on = config, store, district, go_on
        self._alarms = Alarms(store, channels, zone, now)
        self._digest = Digest(store, channels, zone, config.digest_at, now)
        self._ping = Ping(config.ping_url, lambda: troubles.sentence) if config.ping_url else None

    def chores(self) -> Sequence[Chore]:
        """In the order of their names in the log."""
        pings = [Chore(name="ping", every_s=60.0, do=self._ping.send)] if self._ping else []
        return [
            Chore(name="alarms", every_s=30.0, do=self._alarms.look),
            Chore(name="digest", every_s=60.0, do=self._digest.look),
            Chore(name="logs", every_s=6 * _HOUR_S, do=self._prune_logs, leader_only=False, first_s=600.0),
            *pings,
            Chore(name="profile", every_s=15.0, do=self._district.look, leader_only=False),
            Chore(name="retention", every_s=6 * _HOUR_S, do=self._prune, first_s=300.0),
            Chore(name="stories", every_s=30.0, do=self._follow),
        ]

    def close(self) -> None:
        if self._ping:
            self._ping.close()

    def _follow(self) -> None:
        follow_in_one_thread(self._store, now())

    def _prune(self) -> None:
        prune_quietly(self._config, self._store, go_on=self._go_on)

    def _prune_logs(self) -> None:
        prune_own_files(self._config, self._store)
