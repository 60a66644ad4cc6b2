# SPDX-License-Identifier: MIT
"""Does with pandas what pandas_test.cpp did with frames, and says where the results differ.

Reads FOLDER/sales.csv, FOLDER/offices.csv and FOLDER/ours.json; prints "ok NAME" or
"not ok NAME: why" for each case, and writes FOLDER/pandas.json for the way back.
"""
import io
import json
import math
import sys

import pandas as pd

folder = sys.argv[1]
ours = json.load(open(f'{folder}/ours.json'))
df = pd.read_csv(f'{folder}/sales.csv', parse_dates=['when'])
offices = pd.read_csv(f'{folder}/offices.csv')


def is_missing(value):
    return value is None or value is pd.NaT or value is pd.NA or value != value


def same(a, b):
    """Whether our JSON value means pandas' value."""
    if is_missing(a) or is_missing(b):
        return is_missing(a) and is_missing(b)
    if isinstance(b, pd.Timestamp):
        return pd.Timestamp(a) == b
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    if isinstance(a, bool) != isinstance(b, (bool, __import__('numpy').bool_)):
        return False
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)


def difference(table, frame):
    if table['columns'] != list(frame.columns):
        return f'columns {table["columns"]} and {list(frame.columns)}'
    if len(table['data']) != len(frame):
        return f'{len(table["data"])} rows and {len(frame)}'
    for number, (row, (_, other)) in enumerate(zip(table['data'], frame.iterrows())):
        for name, a in zip(table['columns'], row):
            if not same(a, frame[name].iloc[number]):
                return f'row {number}, {name}: {a!r} and {frame[name].iloc[number]!r}'
    return None


def report(name, why):
    print(f'ok {name}' if not why else f'not ok {name}: {why}')


def check(name, frame):
    report(name, difference(ours[name], frame.reset_index(drop=True)))


check('read_csv', df)
kinds = {'f': 'float64', 'i': 'int64', 'b': 'boolean', 'M': 'timestamp', 'O': 'text'}
wrong = {name: (ours['types'][name], dtype) for name, dtype in df.dtypes.items()
         if ours['types'][name] != kinds[dtype.kind]}
report('types', wrong)
check('selection', df[(df['year'] >= 2001) & ~(df['city'] == 'Kyoto')])
check('between', df[df['people'].between(10, 60)])
check('isin', df[df['city'].isin(['Seoul', 'Osaka'])])
check('dates', df[df['when'] >= '2020-06-01'])
check('booleans', df[df['open']])
check('isna', df[df['city'].isna()])
check('sort_values', df.sort_values(['city', 'people'], ascending=[True, False], kind='stable'))
check('sort_dates', df.sort_values('when', kind='stable'))
check('agg', df.groupby('city', as_index=False).agg(
    total=('people', 'sum'), mean=('people', 'mean'), least=('people', 'min'),
    most=('people', 'max'), count=('people', 'count'), first=('when', 'min'),
    last=('when', 'max'), dates=('when', 'count'), opened=('open', 'sum'), share=('open', 'mean'),
    note=('note', 'max')))
check('size', df.groupby(['city', 'year'], as_index=False).size())
check('by_flag', df.groupby('open', as_index=False).agg(total=('people', 'sum')))
check('describe', df[['year', 'people']].describe().rename_axis('index').reset_index())
for how in ('left', 'right'):
    check(f'merge_{how}', df.merge(offices, on='city', how=how))
# pandas orders these two as its documentation says from version 2.2 on only.
for how in ('inner', 'outer'):
    frame = df.merge(offices, on='city', how=how)
    order = list(frame.columns)
    table = pd.DataFrame(ours[f'merge_{how}']['data'], columns=order)
    table['when'] = pd.to_datetime(table['when'])
    table = table.sort_values(order, kind='stable')
    table = {'columns': order, 'data': table.astype(object).values.tolist()}
    report(f'merge_{how}', difference(table, frame.sort_values(order, kind='stable')))
for name in ('city', 'open', 'year', 'when'):
    counts = df[name].value_counts()
    table = ours[f'counts_{name}']['data']
    pairs = {(pd.Timestamp(value) if name == 'when' else value): count for value, count in table}
    report(f'counts_{name}', None if pairs == counts.to_dict() else f'{pairs} and {counts}')
    unique = df[name].unique()
    values = ours[f'unique_{name}']
    report(f'unique_{name}', None if len(values) == len(unique) and all(
        same(a, pd.Timestamp(b) if name == 'when' and not pd.isna(b) else b)
        for a, b in zip(values, unique)) else f'{values} and {unique}')

back = {}
for orient in ('split', 'records', 'columns'):
    text = ours[f'json_{orient}']
    read = pd.read_json(io.StringIO(text), orient=orient, convert_dates=['when'])
    if orient == 'columns':
        read.index = read.index.astype(int)
    try:
        pd.testing.assert_frame_equal(read.sort_index(), df, check_dtype=False, rtol=1e-12)
        report(f'to_json_{orient}', None)
    except AssertionError as error:
        report(f'to_json_{orient}', ' '.join(str(error).split()))
    back[orient] = df.to_json(orient=orient, date_format='iso', double_precision=15)
    back[f'{orient}_epoch'] = df.to_json(orient=orient, date_format='epoch', double_precision=15)
json.dump(back, open(f'{folder}/pandas.json', 'w'))
