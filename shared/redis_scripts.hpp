// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// What is to happen in Redis in one step. Each script gets one key, the prefix of all others:
///
///     v:ID      a value: hash of k key, g generations, s size, h checksum, c token of its chunks,
///               n how many, d the bytes if there are no chunks
///     c:ID:TOKEN:N  a chunk of a value
///     l:ID      who computes it: "FENCE MACHINE", for the time of a lease
///     fence     counts the leaders
///     gen       hash of name → generation; the empty name is that of everything
///     erased    list of the last erased keys, newest first; erasures counts them
///     events    channel: "d ID" computation ended, "g NUMBER NAME" voided, "e NUMBER MACHINE KEY"
///
/// A full Redis refuses what takes memory, unless the script has written before: what must not be
/// refused begins with a DEL of nothing.
namespace ekiden::shared::redis_scripts {

/// What every script begins with.
inline constexpr std::string_view kCommon = R"lua(
local P = KEYS[1]
local function number(f) return string.format('%.0f', f) end
local function advance(name, seed)
  if redis.call('HEXISTS', P..'gen', name) == 0 then redis.call('HSET', P..'gen', name, seed) end
  redis.call('HINCRBY', P..'gen', name, 1)
  local g = redis.call('HGET', P..'gen', name)
  redis.call('PUBLISH', P..'events', 'g '..g..' '..name)
  return g
end
local function generations(first, seed)
  local names = {''}
  for i = first, #ARGV do names[#names + 1] = ARGV[i] end
  local g = redis.call('HMGET', P..'gen', unpack(names))
  if not g[1] then g[1] = advance('', seed) end
  for i = 1, #g do g[i] = g[i] or '0' end
  return table.concat(g, ',')
end
local function chunks(id, act)
  local m = redis.pcall('HMGET', P..'v:'..id, 'c', 'n')
  if m.err or not m[1] or m[1] == '' then return end
  for i = 0, (tonumber(m[2]) or 0) - 1 do act(P..'c:'..id..':'..m[1]..':'..number(i)) end
end
local function drop(id)
  chunks(id, function(key) redis.call('PEXPIRE', key, 10000) end)
  return redis.call('UNLINK', P..'v:'..id)
end
local function erased(entry)
  redis.call('LPUSH', P..'erased', entry)
  redis.call('LTRIM', P..'erased', 0, 1023)
  redis.call('INCR', P..'erasures')
  redis.call('PUBLISH', P..'events', 'e '..redis.call('GET', P..'erasures')..' '..entry)
end
local function ended(id)
  redis.call('DEL', P..'l:'..id)
  redis.call('PUBLISH', P..'events', 'd '..id)
end
)lua";

/// ID MODE KEY LEASE SEED MACHINE name...
/// MODE: load (find, else lead or wait), find, begin (lead).
/// {"value", life in ms, size, checksum, token, chunks, bytes}, {"lead", lock, generations},
/// {"wait", ms that the lock has left}, {"none"} or {"full"}
inline constexpr std::string_view kLoad = R"lua(
local id, mode, key, lease, seed, machine = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local v, lock = P..'v:'..id, P..'l:'..id
local seen = generations(7, seed)
if mode ~= 'begin' then
  local m = redis.pcall('HMGET', v, 'k', 'g', 's', 'h', 'c', 'n')
  if m.err then
    redis.call('UNLINK', v)
  elseif m[1] == key then
    if m[2] == seen then
      local life = number(redis.call('PTTL', v))
      local c = m[5] or ''
      local data = c == '' and redis.call('HGET', v, 'd') or ''
      return {'value', life, m[3] or '', m[4] or '', c, m[6] or '', data}
    end
    drop(id)
  end
end
if mode == 'find' then return {'none'} end
if mode == 'load' then
  local held = redis.call('GET', lock)
  if held and string.match(held, ' (.*)') ~= machine then
    return {'wait', number(redis.call('PTTL', lock))}
  end
end
local f = redis.pcall('INCR', P..'fence')
if type(f) == 'table' then return {'full', f.err} end
if f == 1 then redis.call('SET', P..'fence', seed) f = tonumber(seed) end
local mine = number(f)..' '..machine
redis.call('SET', lock, mine, 'PX', lease)
return {'lead', mine, seen}
)lua";

/// ID LOCK GENERATIONS SEED LIFE KEY SIZE CHECKSUM TOKEN CHUNKS BYTES REPLACES name...
/// LIFE in ms, 0: for ever. REPLACES "1": other machines may have an older value in their segments.
/// "kept", "late", "voided", or the error that Redis gives.
inline constexpr std::string_view kSave = R"lua(
local id, life = ARGV[1], ARGV[5]
local v = P..'v:'..id
local token, count = ARGV[9], tonumber(ARGV[10])
if redis.call('GET', P..'l:'..id) ~= ARGV[2] then return 'late' end
if generations(13, ARGV[4]) ~= ARGV[3] then
  ended(id)
  return 'voided'
end
chunks(id, function(key) redis.call('PEXPIRE', key, 10000) end)
for i = 0, count - 1 do
  local chunk = P..'c:'..id..':'..token..':'..number(i)
  if redis.call('EXISTS', chunk) == 0 then
    drop(id)
    ended(id)
    return {err = 'ERR a chunk is gone'}
  end
  if life == '0' then
    redis.call('PERSIST', chunk)
  else
    redis.call('PEXPIRE', chunk, number(tonumber(life) + 10000))
  end
end
local kept = redis.pcall('HSET', v, 'k', ARGV[6], 'g', ARGV[3], 's', ARGV[7], 'h', ARGV[8],
                         'c', token, 'n', ARGV[10], 'd', ARGV[11])
if type(kept) == 'table' then
  redis.call('UNLINK', v)
  ended(id)
  return kept
end
if life == '0' then redis.call('PERSIST', v) else redis.call('PEXPIRE', v, life) end
ended(id)
if ARGV[12] == '1' then erased(string.match(ARGV[2], ' (.*)')..' '..ARGV[6]) end
return 'kept'
)lua";

/// ID LOCK: gives the lead up.
inline constexpr std::string_view kAbandon = R"lua(
if redis.call('GET', P..'l:'..ARGV[1]) ~= ARGV[2] then return 0 end
ended(ARGV[1])
return 1
)lua";

/// LEASE, then ID LOCK of each lead: how many go on.
inline constexpr std::string_view kRenew = R"lua(
local renewed = 0
for i = 2, #ARGV, 2 do
  local lock = P..'l:'..ARGV[i]
  if redis.call('GET', lock) == ARGV[i + 1] then
    renewed = renewed + redis.call('PEXPIRE', lock, ARGV[1])
  end
end
return renewed
)lua";

/// NAME SEED: its new generation.
inline constexpr std::string_view kAdvance = R"lua(
redis.call('DEL', P..'nothing')
return advance(ARGV[1], ARGV[2])
)lua";

/// ID MACHINE KEY: 1 if there was a value. Also takes the lead from who computes it.
inline constexpr std::string_view kErase = R"lua(
redis.call('DEL', P..'nothing')
local there = drop(ARGV[1])
ended(ARGV[1])
erased(ARGV[2]..' '..ARGV[3])
return there
)lua";

/// SEED SINCE: {names and generations, erasures so far, those after SINCE, newest first}
inline constexpr std::string_view kResync = R"lua(
redis.call('DEL', P..'nothing')
if redis.call('HEXISTS', P..'gen', '') == 0 then redis.call('HSET', P..'gen', '', ARGV[1]) end
local erasures = tonumber(redis.call('GET', P..'erasures') or '0')
local since = tonumber(ARGV[2])
local missed = {}
if erasures > since then
  missed = redis.call('LRANGE', P..'erased', 0, erasures - since - 1)
end
return {redis.call('HGETALL', P..'gen'), number(erasures), missed}
)lua";

/// The ID of values: removes those that the last clear has voided.
inline constexpr std::string_view kSweep = R"lua(
local now = redis.call('HGET', P..'gen', '') or '0'
local removed = 0
for i = 1, #ARGV do
  local g = redis.pcall('HGET', P..'v:'..ARGV[i], 'g')
  if type(g) == 'string' and string.match(g, '^[^,]*') ~= now then
    removed = removed + drop(ARGV[i])
  end
end
return removed
)lua";

}  // namespace ekiden::shared::redis_scripts
