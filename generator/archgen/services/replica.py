"""A streaming standby of the session's Postgres, which answers reads."""

from __future__ import annotations

from pathlib import Path

from archgen.services.ports import HOST
from archgen.services.postgres import Postgres


class Replica(Postgres):
    name = "replica"
    product = "Postgres standby"
    follows = "postgres"

    @property
    def data(self) -> Path:
        """Never kept: it is a copy, made anew."""
        return self.session.folder / "replica"

    def prepare(self) -> None:
        primary = self.running[self.follows]
        login = f"{HOST}:{primary.port}:*:postgres:{self.session.password}\n"
        passfile = self.session.private_file("replica-passfile", login)
        address = f"host={HOST} port={primary.port} user=postgres passfile='{passfile}'"
        self.session.private_folder(self.data)
        self.run_to_end(
            [
                self.program.with_name("pg_basebackup"),
                f"--pgdata={self.data / 'cluster'}",
                f"--dbname={address}",
                "--write-recovery-conf",  # the standby follows that address
                "--checkpoint=fast",
                "--no-sync",
            ]
        )

    def env(self) -> dict[str, str]:
        return {"DATABASE_REPLICA_URL": self.url}
