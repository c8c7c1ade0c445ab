# -*- coding: utf-8 -*-
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright: 2026 irqkit contributors
"""Ansible module: keeps, applies and checks the policy files of irqkit."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: irqkit
short_description: Apply and check policies for interrupt affinity and packet steering
version_added: "0.1.0"
description:
  - Applies policies of irqkit, which say which CPUs handle which interrupts and queues.
    A line of a policy is a command line of irqkit, as irqkit.conf(5) describes.
  - A policy is applied completely or not at all. A second run changes nothing.
  - In check mode, nothing is written, and I(changed) says whether something would be written.
    With C(--diff), each setting that differs is shown as it is and as it would be.
  - New policy files are tried together with all other policy files of the host
    (C(irqkit apply -n)) before they replace what is there.
options:
  policy:
    description:
      - Lines to apply or to check, as one text or as a list of lines.
      - They are not kept. To keep them, use I(files).
    type: raw
  src:
    description:
      - Policy files on the host to apply or to check, or directories that have files C(*.conf).
      - Without I(policy) and I(src), these are all policy files of the host, in
        C(/etc/irqkit.d), C(/run/irqkit.d) and C(/usr/lib/irqkit.d).
    type: list
    elements: path
  files:
    description:
      - Policy files to keep in C(/etc/irqkit.d).
      - The key is the name of the file without C(.conf), the value is its lines, as one text
        or as a list of lines.
    type: dict
    default: {}
  absent:
    description:
      - Names, without C(.conf), of policy files to remove from C(/etc/irqkit.d).
      - Their settings stay until the next boot, or until C(irqkit undo).
    type: list
    elements: str
    default: []
  purge:
    description: Whether to remove all other files C(*.conf) of C(/etc/irqkit.d).
    type: bool
    default: false
  state:
    description:
      - I(applied) writes I(files), and applies the policy.
      - I(present) writes I(files), and applies nothing.
      - I(checked) writes nothing, and fails if a setting is not as the policy wants.
    type: str
    choices: [applied, present, checked]
    default: applied
  root:
    description:
      - A saved tree to work on instead of the running system, as with C(irqkit --root).
        C(/etc/irqkit.d) and the other directories are below it, I(src) is not.
    type: path
  allow_missing:
    description:
      - Whether a device or an interrupt that a policy names may be missing, as if the line
        began with C(-). Without this, the rest is applied, and the task fails.
    type: bool
    default: false
  ban:
    description: Whether irqbalance is asked to leave alone the interrupts that the policy places.
    type: bool
    default: true
  anew:
    description: Whether lines that depend on counts, such as C(spread --by=load), are decided again.
    type: bool
    default: false
  executable:
    description:
      - The program irqkit. Without this, it is looked for in C(PATH), C(/usr/sbin) and
        C(/usr/local/sbin).
    type: path
attributes:
  check_mode:
    support: full
    description: Without irqkit on the host, everything counts as a change, with a warning.
  diff_mode:
    support: full
    description: Shows policy files and settings.
requirements:
  - irqkit on the host
notes:
  - irqkit.conf(5) describes policies. irqkit-apply(8) and irqkit-check(8) describe the commands
    that are run.
author:
  - irqkit contributors
"""

EXAMPLES = r"""
- name: Spread the queues of eth0, and keep it so
  irqkit.irqkit.irqkit:
    files:
      50-network: |
        spread eth0
        xps eth0 --auto

- name: Try a policy until the next boot
  irqkit.irqkit.irqkit:
    policy:
      - isolate 2-3
      - rps eth1 --auto

- name: Apply all policy files of the host
  irqkit.irqkit.irqkit:

- name: Fail if a setting is not as the policy files want
  irqkit.irqkit.irqkit:
    state: checked

- name: Get what differs, for a report, without a failure
  irqkit.irqkit.irqkit:
    state: checked
  register: irqkit_report
  failed_when: irqkit_report.document is not defined
"""

RETURN = r"""
changes:
  description: The settings that were changed, or would be; also those that failed or were skipped.
  returned: unless I(state=checked), and if irqkit could plan
  type: list
  elements: dict
  sample:
    - path: /proc/irq/283/smp_affinity
      irq: 283
      target: eth1
      old_cpus: "0"
      new_cpus: "2"
      result: done
      file: /etc/irqkit.d/50-network.conf
      line: 1
missing:
  description: Devices and interrupts that a policy names, but that the host does not have.
  returned: if irqkit could plan
  type: list
  elements: dict
  sample:
    - target: eth9
      file: /etc/irqkit.d/50-network.conf
      line: 2
files:
  description: The policy files that were written or removed, or would be.
  returned: always
  type: list
  elements: str
  sample: [/etc/irqkit.d/50-network.conf]
policies:
  description: All policy files that the host has after the task, or would have.
  returned: unless I(state=checked)
  type: list
  elements: str
  sample: [/etc/irqkit.d/50-network.conf]
document:
  description:
    - The document of C(irqkit check --json), as irqkit-json(5) describes it, with C(ok),
      C(settings), C(differences) and C(missing).
  returned: with I(state=checked), unless the policy has a mistake
  type: dict
installed:
  description: Whether irqkit is on the host. It can be I(false) only in check mode.
  returned: always
  type: bool
cmd:
  description: The last command that was run.
  returned: if one was run
  type: list
  elements: str
rc:
  description: Its exit status, as irqkit(8) explains it.
  returned: on failure, if one was run
  type: int
"""

import json
import os
import shutil
import tempfile

from ansible.module_utils.basic import AnsibleModule

FOLDERS = ("etc/irqkit.d", "run/irqkit.d", "usr/lib/irqkit.d")
STATUS_MISSING = 3
STATUS_DIFFERS = 5
WARNING = "irqkit: warning: "
MOST_LINES = 20


class Mistake(Exception):
    """What the task says is wrong."""


def to_text(lines, name):
    """A policy as text, from a text or a list of lines."""
    if isinstance(lines, str):
        text = lines
    elif isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        text = "\n".join(lines)
    else:
        raise Mistake("%s must be a text or a list of lines" % name)
    return text if not text or text.endswith("\n") else text + "\n"


def check_name(name):
    """A name of a policy file, without .conf, which names no other folder."""
    if not name or "/" in name or "\0" in name or name.startswith("."):
        raise Mistake("'%s' cannot be the name of a policy file" % name)
    if name.endswith(".conf"):
        raise Mistake("the name of a policy file is written without .conf: '%s'" % name[:-5])
    return name + ".conf"


def read_text(path):
    """The text of a file, None if there is none, for comparison and diff."""
    try:
        with open(path, "rb") as f:
            return f.read().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as e:
        raise Mistake("cannot read %s: %s" % (path, e.strerror))


def list_policies(folder):
    """The names *.conf of a folder."""
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".conf"))
    except FileNotFoundError:
        return []
    except OSError as e:
        raise Mistake("cannot read %s: %s" % (folder, e.strerror))


def say_value(row, key):
    """A value as irqkit's tables show it: as CPUs where it can be, a dash for none."""
    return str(row.get(key + "_cpus", row.get(key, "?"))) or "-"


class PolicyFiles:
    """The policy files of a host, and what the task makes of those in /etc/irqkit.d."""

    def __init__(self, module):
        params = module.params
        self.module = module
        self.root = params["root"] or "/"
        self.folders = [os.path.join(self.root, folder) for folder in FOLDERS]
        self.wanted = {}  # NAME.conf: text, or None to remove it
        for name, lines in params["files"].items():
            self.wanted[check_name(name)] = to_text(lines, "files: " + name)
        for name in params["absent"]:
            if self.wanted.setdefault(check_name(name), None) is not None:
                raise Mistake("'%s' is in files and in absent" % name)
        if params["purge"]:
            for name in list_policies(self.folders[0]):
                self.wanted.setdefault(name, None)
        self.old = {}
        for name in sorted(self.wanted):
            old = self._read_old(name)
            if old != self.wanted[name]:
                self.old[name] = old

    def _read_old(self, name):
        path = self.path(name)
        if os.path.islink(path):  # it may hide a file: what it leads to is not this file's text
            return "-> %s\n" % os.readlink(path)
        return read_text(path)

    def path(self, name):
        """Where a policy file is kept."""
        return os.path.join(self.folders[0], name)

    def changed(self):
        """The paths of the files that change."""
        return [self.path(name) for name in sorted(self.old)]

    def diffs(self):
        """Before and after, for each file that changes."""
        return [
            {
                "before_header": self.path(name),
                "after_header": self.path(name),
                "before": old or "",
                "after": self.wanted[name] or "",
            }
            for name, old in sorted(self.old.items())
        ]

    def places(self):
        """What the host's policy files will be: where the file of each name is."""
        names = [set(list_policies(folder)) for folder in self.folders]
        names[0] -= set(self.wanted)
        names[0] |= {name for name, text in self.wanted.items() if text is not None}
        places = {}
        for folder, there in zip(self.folders, names):
            for name in there:
                places.setdefault(name, os.path.join(folder, name))
        return dict(sorted(places.items()))

    def stage(self, folder):
        """Puts into a folder what the host's policy files will be.

        The files that stay are links, so that irqkit still refuses those of another user.
        """
        for name, path in self.places().items():
            staged = os.path.join(folder, name)
            if self.wanted.get(name) is not None:
                self._create(staged, self.wanted[name])
            else:
                os.symlink(os.path.abspath(path), staged)

    @staticmethod
    def _create(path, text):
        with open(path, "wb") as f:
            f.write(text.encode("utf-8", "surrogateescape"))
        os.chmod(path, 0o644)

    def _replace(self, name):
        """The file is there completely, or as before. Until then its name is no policy's."""
        fd, new = tempfile.mkstemp(prefix="." + name, suffix=".new", dir=self.folders[0])
        os.close(fd)
        try:
            self._create(new, self.wanted[name])
            os.rename(new, self.path(name))
        except OSError:
            os.unlink(new)
            raise

    def write(self):
        """Makes the files what the task wants."""
        try:
            os.makedirs(self.folders[0], mode=0o755, exist_ok=True)
            for name in sorted(self.old):
                if self.wanted[name] is None:
                    os.unlink(self.path(name))
                else:
                    self._replace(name)
        except OSError as e:
            raise Mistake("cannot write below %s: %s" % (self.folders[0], e.strerror))


class Irqkit:
    """Runs irqkit, without a shell, and collects the results of the task."""

    def __init__(self, module):
        params = module.params
        self.module = module
        self.program = params["executable"] or module.get_bin_path(
            "irqkit", opt_dirs=["/usr/sbin", "/usr/local/sbin"]
        )
        if self.program and not os.access(self.program, os.X_OK):
            self.program = None
        self.results = {"changed": False, "installed": bool(self.program), "files": []}
        self.diffs = []
        self.warned = set()

    def options(self, command):
        """The words that follow the command."""
        params = self.module.params
        words = ["--json", "--color=never"]
        if params["root"]:
            words.append("--root=" + params["root"])
        if command == "apply":
            words += [] if params["ban"] else ["--no-ban"]
            words += ["--anew"] if params["anew"] else []
        return words

    def run(self, command, more=(), places=None):
        """Runs a command, returns its exit status, its document and its errors.

        The names in places, of a staged folder, are said as those that they stand for.
        """
        params = self.module.params
        cmd = [self.program, command] + self.options(command) + list(more)
        text = None
        if params["policy"] is not None:
            cmd.append("-")
            # Without data, run_command() leaves the program its own stdin, which may never end.
            text = to_text(params["policy"], "policy") or "\n"
        elif params["src"]:
            cmd += ["--"] + params["src"]
        status, out, err = self.module.run_command(
            cmd,
            data=text,
            binary_data=True,
            expand_user_and_vars=False,
            environ_update={"LC_ALL": "C.UTF-8"},
        )
        for staged, path in sorted((places or {}).items(), reverse=True):
            out, err = out.replace(staged, path), err.replace(staged, path)
        self.results.update(cmd=cmd, rc=status)
        return status, self._read(out), self._say(err)

    @staticmethod
    def _read(out):
        try:
            return json.loads(out) if out.strip() else None
        except ValueError:
            return None

    def _say(self, err):
        """Passes warnings on, and returns the other lines."""
        lines = [line for line in err.splitlines() if line.strip()]
        for line in lines:
            if line.startswith(WARNING):
                self._warn(line[len(WARNING):])
        return "\n".join(line for line in lines if not line.startswith(WARNING))

    def _warn(self, text):
        if text not in self.warned:
            self.warned.add(text)
            self.module.warn(text)

    def fail(self, msg):
        """Ends the task with a failure, and with what is known until then."""
        self.module.fail_json(msg=msg, **self._finished())

    def finish(self):
        """Ends the task. To Ansible, a status that is not 0 would be a failure."""
        self.results.pop("rc", None)
        self.module.exit_json(**self._finished())

    def _finished(self):
        if self.module._diff:  # pylint: disable=protected-access
            self.results["diff"] = self.diffs
        return self.results

    # ---- apply -----------------------------------------------------------------------

    def plan(self):
        """What would be changed."""
        self._judge(*self._take("apply", ["--dry-run"]))

    def apply(self):
        """Changes it."""
        self._judge(*self._take("apply"))

    def plan_files(self, folder, places):
        """What policy files would change that are not in their place yet.

        A TARGET that is missing is no mistake in a file. Outside check mode, the plan is only
        a test, and is forgotten.
        """
        kept = (dict(self.results), list(self.diffs))
        status, document, errors = self._take("apply", ["--dry-run", "--", folder], places)
        if status != STATUS_MISSING:
            self._judge(status, document, errors)
        if self.module.check_mode and self.module.params["state"] == "applied":
            self._judge(status, document, errors)
        else:
            self.results, self.diffs = kept

    def _judge(self, status, document, errors):
        allowed = self.module.params["allow_missing"]
        if status == STATUS_MISSING and allowed and document:
            for line in errors.splitlines():
                self._warn(line)
        elif status != 0:
            self.fail(errors or "irqkit apply ended with status %d" % status)

    def _take(self, command, more=(), places=None):
        status, document, errors = self.run(command, more, places)
        if document:
            is_changed = document.get("would_change", document.get("changed", False))
            self.results["changed"] = self.results["changed"] or is_changed
            self.results["changes"] = [
                c for c in document.get("changes", []) if c.get("result") != "unchanged"
            ]
            self.results["missing"] = document.get("missing", [])
            for text in document.get("warnings", []):
                self._warn(text)
            self._take_diff(document)
        return status, document, errors

    def _take_diff(self, document):
        before, after = [], []
        for change in self.results["changes"]:
            if change.get("result") not in ("planned", "done", "pending"):
                continue
            what = "%s (%s): " % (change["path"], change.get("target", ""))
            before.append(what + say_value(change, "old"))
            after.append(what + say_value(change, "new"))
        for irq in document.get("banned", []):
            before.append("irqbalance (interrupt %d): not banned" % irq)
            after.append("irqbalance (interrupt %d): banned" % irq)
        if before:
            self.diffs.append(
                {
                    "before_header": "settings",
                    "after_header": "settings",
                    "before": "\n".join(before) + "\n",
                    "after": "\n".join(after) + "\n",
                }
            )

    # ---- check -----------------------------------------------------------------------

    def check(self):
        """Fails if something differs, and says what."""
        status, document, errors = self.run("check")
        if document:
            self.results["document"] = document
            self.results["missing"] = document.get("missing", [])
        if document and status == STATUS_DIFFERS:
            errors = self._say_differences(document)
            if not document["differences"] and self.module.params["allow_missing"]:
                return
        if status != 0:
            self.fail(errors or "irqkit check ended with status %d" % status)

    @staticmethod
    def _say_differences(document):
        differences = document["differences"]
        n = len(differences)
        lines = [
            "%d of %d setting%s %s, %d missing"
            % (
                n,
                document["settings"],
                "" if document["settings"] == 1 else "s",
                "differs" if n == 1 else "differ",
                len(document["missing"]),
            )
        ]
        for d in differences[:MOST_LINES]:
            lines.append(
                "%s:%d: %s (%s) should be %s, but is %s%s"
                % (
                    d.get("file", "?"),
                    d.get("line", 0),
                    d.get("path", "irqbalance"),
                    d.get("target", ""),
                    say_value(d, "wanted") if "wanted" in d else "as 'irqkit apply' decides",
                    say_value(d, "found"),
                    ": " + d["cause"] if "cause" in d else "",
                )
            )
        if n > MOST_LINES:
            lines.append("and %d more" % (n - MOST_LINES))
        for m in document["missing"]:
            lines.append("%s:%d: nothing matches '%s'" % (m["file"], m["line"], m["target"]))
        return "\n".join(lines)


def try_files(module, irqkit, files):
    """Tries the new files together with all others of the host."""
    folder = tempfile.mkdtemp(prefix="irqkit", dir=module.tmpdir)
    try:
        files.stage(folder)
        places = {os.path.join(folder, name): path for name, path in files.places().items()}
        if places:  # with no file left, there is nothing to try
            irqkit.plan_files(folder, places)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_files(module, irqkit, files):
    """Writes the new files. In check mode, only says so."""
    try_files(module, irqkit, files)
    irqkit.results.update(changed=True, files=files.changed())
    irqkit.diffs[:0] = files.diffs()
    if not module.check_mode:
        files.write()


def run_task(module, irqkit):
    """What the task asks for."""
    params = module.params
    if params["state"] == "checked":
        irqkit.check()
        return
    files = PolicyFiles(module)
    irqkit.results["policies"] = list(files.places().values())
    if not irqkit.program:  # check mode: it is installed by an earlier task, which only pretended
        irqkit.results.update(changed=True, files=files.changed())
        irqkit.diffs += files.diffs()
        module.warn("irqkit is not installed yet: which settings would change is not known")
        return
    if files.old:
        keep_files(module, irqkit, files)
    if params["state"] == "present" or (files.old and module.check_mode):
        return
    if module.check_mode:
        irqkit.plan()
    else:
        irqkit.apply()


def main():
    """The module."""
    module = AnsibleModule(
        argument_spec={
            "policy": {"type": "raw"},
            "src": {"type": "list", "elements": "path"},
            "files": {"type": "dict", "default": {}},
            "absent": {"type": "list", "elements": "str", "default": []},
            "purge": {"type": "bool", "default": False},
            "state": {"choices": ["applied", "present", "checked"], "default": "applied"},
            "root": {"type": "path"},
            "allow_missing": {"type": "bool", "default": False},
            "ban": {"type": "bool", "default": True},
            "anew": {"type": "bool", "default": False},
            "executable": {"type": "path"},
        },
        mutually_exclusive=[("policy", "src")],
        supports_check_mode=True,
    )
    params = module.params
    keeps = params["files"] or params["absent"] or params["purge"]
    irqkit = Irqkit(module)
    if keeps and (params["policy"] is not None or params["src"]):
        irqkit.fail("files, absent and purge cannot be combined with policy or src")
    if keeps and params["state"] == "checked":
        irqkit.fail("files, absent and purge cannot be combined with state: checked")
    if not irqkit.program and (not module.check_mode or params["state"] == "checked"):
        irqkit.fail("irqkit is not installed, or not where it was looked for")
    try:
        run_task(module, irqkit)
    except Mistake as e:
        irqkit.fail(str(e))
    irqkit.finish()


if __name__ == "__main__":
    main()
