"""The five places, one module or package each with its `.tcss`, and the dialogs over them."""
