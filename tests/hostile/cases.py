# SPDX-License-Identifier: BSD-3-Clause
"""All attacks with a name: CASES."""

import cases_cve  # noqa: F401  (they enter themselves)
import cases_frames  # noqa: F401
import cases_memory  # noqa: F401
import cases_message  # noqa: F401
from case import CASES  # noqa: F401
