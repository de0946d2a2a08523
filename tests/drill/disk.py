"""A small disk of its own below a folder, that can be full: a tmpfs. Needs root; unmounted at the end and at exit."""
import atexit
import os
import shutil
import subprocess

ROOM = "512m"                        # for half an hour of load


class Disk:
    def __init__(self, folder):
        self.folder, self.ballast = folder, folder / "ballast"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "argosy-drill", folder], check=True)
        self.mounted = True
        atexit.register(self.close)

    def fill(self):
        """Not a byte is left; what shrinks meanwhile is filled too."""
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass

    def clear(self):
        self.ballast.unlink(missing_ok=True)

    def close(self):
        """What it holds stays, in the folder below."""
        if self.mounted:
            self.mounted = False
            self.clear()
            kept = self.folder.with_name("catalog-kept")
            shutil.copytree(self.folder, kept)
            subprocess.run(["umount", "-l", self.folder], check=False)
            shutil.copytree(kept, self.folder, dirs_exist_ok=True)
            shutil.rmtree(kept)


def missing():
    return "" if os.geteuid() == 0 else "a small disk must be mounted, and this is not root"
