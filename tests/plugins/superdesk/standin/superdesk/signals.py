"""Signals as superdesk-core has them: blinker's."""

import blinker

signals = blinker.Namespace()
item_publish = signals.signal("item:publish")
item_validate = signals.signal("item:validate")
