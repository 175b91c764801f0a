"""Which processes have ended, as far as this machine can tell."""

import os


def gone(holder: str, *, own: str) -> bool:
    """Tell whether the process that *holder* names ("machine:number:mark") has surely ended; *own* names this one.

    Of another machine nothing is known. A number that this process has now was another's before.
    """
    machine, number, mark = holder.rsplit(":", 2)
    own_machine, own_number, own_mark = own.rsplit(":", 2)
    if machine != own_machine or not number.isdigit():
        return False
    if number == own_number:
        return mark != own_mark
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
