"""Put the files that the README's session writes into the README, after a look at them.

Run in a folder with `sales.py` and `report.py` as `make readme` makes them.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Replace each `<!-- file: NAME -->` block by the file of that name in the given folder."""
    folder = Path(sys.argv[1])
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    for name in ("sales.py", "report.py"):
        new = (folder / name).read_text(encoding="utf-8")
        pattern = rf"(<!-- file: {re.escape(name)} -->\n```python\n).*?(```)"
        text = re.sub(pattern, lambda m, new=new: m.group(1) + new + m.group(2), text, flags=re.DOTALL)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
