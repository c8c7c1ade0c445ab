#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The JSON schema of irqkit's documents, in tests.

schema.py documented SCHEMA MAN    which keys or types of the man page and of the schema differ
schema.py validate SCHEMA FILE...  which documents, one a line or several lines, are not as the
                                   schema says, or have keys that it does not know
schema.py kinds SCHEMA FILE...     how many documents there are of each kind
"""
import copy
import json
import re
import sys

COMMON = {'irqkit', 'command'}


def load(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


# ---- the man page --------------------------------------------------------------------------

ITEM = re.compile(r'^\.It Sy (.*) No \(([^)]*)\)$')
PLACE = re.compile(r'^Each (?:object in|of the two) (both|states) has:$')
INLINE = re.compile(r'^\.Sy (\w+) No \(([^)]*)\)')


def read_man(path):
    """{(section, array or ''): {key: type}}"""
    found, section, place, item = {}, None, '', None
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    for number, line in enumerate(lines):
        if line.startswith(('.Ss ', '.Sh ')):
            section, place, item = line[4:], '', None
        if line == 'Each object in':
            place = lines[number + 1].split()[1]
        elif match := PLACE.match(line):
            place = match[1]
        if line == 'The document of':
            place = ''
        match = ITEM.match(line)
        if match and section:
            item = re.split(r' , ', match[1])
            for key in item:
                found.setdefault((section, place), {})[key] = match[2]
            continue
        match = INLINE.match(line)
        if match and item: # the keys of an object that needs no list of its own
            for key in item:
                found.setdefault((section, key), {})[match[1]] = match[2]
    return found


# ---- the schema ----------------------------------------------------------------------------

def type_of(schema):
    """As the man page calls it."""
    if '$ref' in schema:
        name = schema['$ref'].rsplit('/', 1)[1]
        return {'cpuList': 'CPU list', 'value': 'mask', 'count': name, 'mask': name,
                'share': name}.get(name, 'object')
    if schema['type'] == 'array':
        return 'array of ' + type_of(schema['items'])
    if schema['type'] == 'object' and 'additionalProperties' in schema:
        return 'object of ' + type_of(schema['additionalProperties'])
    return {'string': 'text'}.get(schema['type'], schema['type'])


def sources(schema):
    """The places of the man page that describe an object: its $comment has them."""
    for source in schema['$comment'].split('; '):
        section, _, place = source.partition(': ')
        yield section, place


def compare(schema, man):
    seen = {}
    for name, definition in schema['$defs'].items():
        if '$comment' not in definition:
            continue
        described = dict.fromkeys(COMMON, 'text')
        for source in sources(definition):
            if source not in man:
                yield f'{name}: the man page has no {source}'
            described.update(man.get(source, {}))
            seen.setdefault(source, set()).update(definition['properties'])
        for key, value in definition['properties'].items():
            if key not in described:
                yield f'{name}: the man page does not explain {key}'
            elif type_of(value) != described[key]:
                yield f'{name}: {key} is {type_of(value)}, and {described[key]} in the man page'
    for source, keys in man.items():
        for key in sorted(set(keys) - seen.get(source, set())):
            yield f'the schema lacks {key} of {source}'


def is_object(schema):
    return isinstance(schema, dict) and 'properties' in schema


def make_strict(schema):
    """Without keys that it does not know."""
    if isinstance(schema, list):
        for part in schema:
            make_strict(part)
    if not isinstance(schema, dict):
        return
    if is_object(schema):
        schema.setdefault('additionalProperties', False)
    for part in schema.values():
        make_strict(part)


def read_documents(path):
    decoder = json.JSONDecoder()
    with open(path, encoding='utf-8') as file:
        text = file.read().lstrip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].lstrip()


def validators(schema):
    import jsonschema
    strict = copy.deepcopy(schema)
    make_strict(strict)
    for name in [part['$ref'].rsplit('/', 1)[1] for part in schema['anyOf']]:
        one = {key: strict[key] for key in ('$schema', '$defs')}
        one['$ref'] = '#/$defs/' + name
        yield name, jsonschema.Draft202012Validator(one)


def find_kind(document, kinds):
    """Its name, or what is wrong with it for each kind that has its keys."""
    wrong = []
    for name, validator in kinds:
        errors = sorted(validator.iter_errors(document), key=lambda e: -len(e.path))
        if not errors:
            return name, []
        wrong.append((len(errors), name, errors[0]))
    _, name, error = min(wrong, key=lambda w: w[0])
    where = '/'.join(map(str, error.absolute_path))
    return None, [f'as {name}: {where}: {error.message[:200]}']


def each_document(paths):
    for path in paths:
        try:
            yield from ((path, document) for document in read_documents(path))
        except ValueError as error:
            yield path, error


def validate(schema, paths):
    import jsonschema
    jsonschema.Draft202012Validator.check_schema(schema)
    kinds = list(validators(schema))
    for path, document in each_document(paths):
        if isinstance(document, ValueError):
            yield f'{path}: no JSON: {document}'
            continue
        for line in find_kind(document, kinds)[1]:
            yield f'{path}: {line}'


def count_kinds(schema, paths):
    kinds, count = list(validators(schema)), {}
    for _, document in each_document(paths):
        name = find_kind(document, kinds)[0]
        count[name] = count.get(name, 0) + 1
    for name, _ in kinds:
        yield f'{name} {count.get(name, 0)}'


def main(words):
    schema = load(words[1])
    if words[0] == 'documented':
        lines = compare(schema, read_man(words[2]))
    else:
        lines = {'validate': validate, 'kinds': count_kinds}[words[0]](schema, words[2:])
    n = 0
    for line in lines:
        print(line)
        n += 1
    return 0 if words[0] == 'kinds' else n > 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
