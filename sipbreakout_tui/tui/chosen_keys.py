"""The keys that the user chose, as the start of the program wants them: without loading what is not needed."""

from collections.abc import Mapping


def chosen_keys() -> Mapping[str, str]:
    """Return the keys that the profile file chooses, as `App.set_keymap` takes them.

    Raises:
        ConfigError: They cannot be used; the message says which clash.
    """
    from sipbreakout_tui.config import ConfigError, config_path, load_keys

    chosen = load_keys()
    if not chosen:
        return {}
    from sipbreakout_tui.safe_text import visible
    from sipbreakout_tui.tui.keymap import keymap_problems, parse_keys
    from sipbreakout_tui.tui.scopes import all_scopes

    problems = keymap_problems(chosen, all_scopes())
    if problems:
        raise ConfigError([f"{visible(str(config_path()))}: {visible(problem)}" for problem in problems])
    return {name: ",".join(parse_keys(text) or ()) for name, text in chosen.items()}
