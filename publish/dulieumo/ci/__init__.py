"""What a pull request is told: which datasets it changes, what that means, as annotations and as one comment.

changed.py  datasets since a base (Git)      compare.py  rows, columns and versions against the base
annotations.py  findings on the lines        comment.py  one Markdown comment        forge.py  puts it on GitHub or GitLab
"""
