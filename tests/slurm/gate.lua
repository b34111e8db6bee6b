-- job_submit.lua with a slurm of its own: `lua tests/slurm/gate.lua FOLDER [ROUNDS]`. FOLDER is scratch; the environment variable
-- WATTLEDGER_SLURM_STATE names it too. Prints what failed and a closing line.

local STATE, ROUNDS = assert(arg[1], "which folder?"), tonumber(arg[2] or "2000")
local UNSET16, UNSET = 65534, 4294967294
local NOW = 1764050000
local said, fails, passes = {}, 0, 0

os.time = function() return NOW end
slurm = {
  SUCCESS = 0,
  log_user = function(format, text) said[#said + 1] = format:format(text) end,
  log_info = function() end,
  log_error = function(format, text) io.stderr:write(format:format(text), "\n") end,
}
dofile("deploy/slurm/job_submit.lua")

local PARTS = {
  gpu = { name = "gpu", flag_default = 1, default_time = 60, max_time = 10080 },
  mixed = { name = "mixed", flag_default = 0, default_time = UNSET, max_time = 4294967295 },
  long = { name = "long", flag_default = 0, default_time = UNSET, max_time = 600 },
}
local MARKS = { ntasks_per_node = UNSET16, ntasks_per_gpu = UNSET16, ntasks_per_tres = UNSET16, sockets_per_node = UNSET16,
  shared = UNSET16, time_limit = UNSET, min_nodes = UNSET, max_nodes = UNSET, num_tasks = UNSET }

local function write(name, text)
  local file = assert(io.open(STATE .. "/" .. name, "w"))
  file:write(text)
  file:close()
end
local function read(name)
  local file = assert(io.open(STATE .. "/" .. name))
  local text = file:read("*a")
  file:close()
  return text
end

-- 3,600 J and 2 mg a GPU-hour of an a100, so that 60 J are a GPU-minute.
local function table_with(budgets, more)
  write("table", table.concat({ "wattledger-slurm 1", "written " .. NOW, "stale_after 60", "outage open", "journal journal-1 0",
    "account physics climate", "partition gpu a100 8", "partition mixed - -", "partition long a100 8", "type a100", "type h100",
    "price * a100 3600 2000", "price * h100 7200 4000", "price sky a100 1800 1000", budgets, more or "" }, "\n") .. "\nend\n")
end
local function fresh(budgets, more)
  write("journal-1", "")
  table_with(budgets, more)
  said = {}
end
local function job(fields)
  local made = { user_name = "ana", account = "climate", time_limit = 10 }
  for name, value in pairs(fields) do made[name] = value end
  return setmetatable(made, { __index = MARKS })
end
local function check(name, found, expected)
  if found == expected then passes = passes + 1 return end
  fails = fails + 1
  print(("FAILED %s: found %s, expected %s; said: %s"):format(name, tostring(found), tostring(expected), table.concat(said, " / ")))
end

local ROOM = "budget b1 block energy 1000000000 open project climate Climate 2026-11"

-- What each request is counted as: parts, minutes and tasks of its line.
for _, case in ipairs({
  { "typed gres", { tres_per_node = "gres:gpu:a100:4" }, "a100=4 10 -" },
  { "newer spelling", { tres_per_node = "gres/gpu:h100:2" }, "h100=2 10 -" },
  { "equals sign", { tres_per_node = "gres/gpu:h100=2" }, "h100=2 10 -" },
  { "untyped by partition", { tres_per_job = "gres:gpu:4" }, "a100=4 10 -" },
  { "one of a type", { tres_per_node = "gres:gpu:a100" }, "a100=1 10 -" },
  { "one of any", { tres_per_node = "gres:gpu" }, "a100=1 10 -" },
  { "thousands", { tres_per_job = "gres:gpu:a100:1k" }, "a100=1024 10 -" },
  { "socket binding", { tres_per_node = "gres:gpu:a100:2(S:0-1)" }, "a100=2 10 -" },
  { "two types", { tres_per_node = "gres:gpu:h100:1,gres:gpu:a100:2" }, "a100=2,h100=1 10 -" },
  { "other gres beside", { tres_per_node = "gres:craynetwork:1,gres:gpu:a100:2,gres:nvme:5" }, "a100=2 10 -" },
  { "nodes", { tres_per_node = "gres:gpu:a100:8", min_nodes = 3, max_nodes = 3 }, "a100=24 10 -" },
  { "range of nodes", { tres_per_node = "gres:gpu:a100:8", min_nodes = 2, max_nodes = 4 }, "a100=32 10 -" },
  { "nodes from tasks", { tres_per_node = "gres:gpu:a100:8", num_tasks = 16, ntasks_per_node = 8 }, "a100=16 10 -" },
  { "per task", { tres_per_task = "gres:gpu:2", num_tasks = 4 }, "a100=8 10 -" },
  { "per task, newer", { tres_per_task = "cpu:4,gres/gpu:a100:1", num_tasks = 6 }, "a100=6 10 -" },
  { "per socket", { tres_per_socket = "gres:gpu:a100:1", sockets_per_node = 2, min_nodes = 2 }, "a100=4 10 -" },
  { "tasks per gpu", { ntasks_per_tres = 2, num_tasks = 8 }, "a100=4 10 -" },
  { "job before node", { tres_per_job = "gres:gpu:16", tres_per_node = "gres:gpu:8", min_nodes = 2 }, "a100=16 10 -" },
  { "exclusive", { tres_per_node = "gres:gpu:a100:1", min_nodes = 2, shared = 0 }, "a100=16 10 -" },
  { "array", { tres_per_node = "gres:gpu:a100:1", array_inx = "1-1000%20" }, "a100=1 10 1-1000%20" },
  { "default time", { tres_per_job = "gres:gpu:1", time_limit = UNSET }, "a100=1 60 -" },
  { "longest time", { tres_per_job = "gres:gpu:1", time_limit = UNSET, partition = "long" }, "a100=1 600 -" },
  { "longest of several partitions", { tres_per_job = "gres:gpu:1", time_limit = UNSET, partition = "gpu,long" }, "a100=1 600 -" },
}) do
  fresh(ROOM)
  local made = job(case[2])
  check(case[1] .. ": let in", slurm_job_submit(made, PARTS, 0), 0)
  check(case[1] .. ": journal", read("journal-1"):match("^s %x+ %d+ climate ana (.*) held\n$"), case[3])
  check(case[1] .. ": comment", (made.admin_comment or ""):match("^wattledger|1|(%x+)|climate|ana|") ~= nil, true)
end

for _, case in ipairs({
  { "no type", { tres_per_job = "gres:gpu:1", partition = "mixed" }, "which GPUs" },
  { "type without a price", { tres_per_job = "gres:gpu:mi300:1" }, "is not known here" },
  { "no limit", { tres_per_node = "gres:gpu:a100:1", partition = "mixed", time_limit = UNSET }, "how long may it run" },
  { "unlimited", { tres_per_job = "gres:gpu:1", time_limit = 4294967295 }, "how long may it run" },
  { "array of nonsense", { tres_per_job = "gres:gpu:1", array_inx = "1-x" }, "not understood" },
  { "gres of nonsense", { tres_per_node = "gres:gpu:a/b:1" }, "not understood" },
}) do
  fresh(ROOM)
  check(case[1] .. ": refused", slurm_job_submit(job(case[2]), PARTS, 0), 2050)
  check(case[1] .. ": said", table.concat(said):find(case[3], 1, true) ~= nil, true)
  check(case[1] .. ": nothing held", read("journal-1"), "")
  fresh((ROOM:gsub("block", "observe")))
  check(case[1] .. ": let in where nothing blocks", slurm_job_submit(job(case[2]), PARTS, 0), 0)
end

-- Jobs without GPUs or budget are not looked at.
fresh(ROOM)
check("no GPU", slurm_job_submit(job({ partition = "mixed", time_limit = UNSET }), PARTS, 0), 0)
check("other project", slurm_job_submit(job({ account = "art", tres_per_job = "gres:gpu:a100:9999" }), PARTS, 0), 0)
check("nothing journaled", read("journal-1"), "")

-- Room for ten of 600 J exactly, by what the table does not count yet.
local TEN = "budget b1 block energy 6000 open project climate Climate 2026-11"
fresh(TEN)
local admitted = 0
for _ = 1, 50 do
  if slurm_job_submit(job({ tres_per_job = "gres:gpu:a100:1" }), PARTS, 0) == 0 then admitted = admitted + 1 end
end
check("fifty against room for ten", admitted, 10)
local counted = #read("journal-1")
table_with(TEN, "journal journal-1 " .. counted)
write("table", (read("table"):gsub("journal journal%-1 0\n", "")))
check("counted lines are free's business", slurm_job_submit(job({ tres_per_job = "gres:gpu:a100:1" }), PARTS, 0), 0)
write("table", (read("table"):gsub("written %d+", "written " .. NOW - 1)))
check("a new table forgets nothing", (function()
  local count = 0
  for _ = 1, 50 do
    if slurm_job_submit(job({ tres_per_job = "gres:gpu:a100:1" }), PARTS, 0) == 0 then count = count + 1 end
  end
  return count
end)(), 9)

-- An account stands for a project, a project has its own price, and every budget that applies must hold.
fresh(TEN)
check("mapped account", slurm_job_submit(job({ account = "physics", tres_per_job = "gres:gpu:11" }), PARTS, 0), 2050)
fresh("budget b1 block energy 6000 open project sky Sky")
check("own price", slurm_job_submit(job({ account = "sky", tres_per_job = "gres:gpu:20" }), PARTS, 0), 0)
fresh(ROOM .. "\nbudget b2 block co2e 3000 open all - Everyone")
check("nested budget", slurm_job_submit(job({ tres_per_job = "gres:gpu:10" }), PARTS, 0), 2050)
check("names the one that does not hold", table.concat(said):find('"Everyone"', 1, true) ~= nil, true)
fresh("budget b3 block energy 599 open user ana Ana's")
check("user's budget", slurm_job_submit(job({ tres_per_job = "gres:gpu:1" }), PARTS, 0), 2050)
for mode, words in pairs({ observe = 0, warn = 7 }) do
  fresh((TEN:gsub("block", mode)))
  check(mode .. " lets in", slurm_job_submit(job({ tres_per_job = "gres:gpu:11" }), PARTS, 0), 0)
  check(mode .. " words", #said, words)
end

-- What the user reads.
fresh("budget b1 block energy 864000000 open project climate Climate 2026-11")
slurm_job_submit(job({ tres_per_node = "gres:gpu:a100:8", time_limit = 4320, array_inx = "1-1000" }), PARTS, 0)
check("denial", table.concat(said, "\n"):gsub("decision %x+", "decision ID"), ([[
wattledger: budget "Climate 2026-11" (project climate) has no room for this job
  needs  576.000 kWh (p95 of 8 x a100 for 3-00:00:00, 1000 tasks)
  left   240.000 kWh
  fits   --time=1-06:00:00 with the same GPUs
         3 instead of 8 x a100 for the same time
         416 of the 1000 array tasks
  decision ID]]))

-- Changes are held for the difference, once.
fresh(TEN)
local first = job({ tres_per_job = "gres:gpu:a100:2", time_limit = 10 })
slurm_job_submit(first, PARTS, 0)
local record = setmetatable({ job_id = 7, admin_comment = first.admin_comment, time_limit = 10, min_nodes = 1, max_nodes = 0, partition = "gpu",
  tres_per_job = "gres:gpu:a100:2", account = "climate", restart_cnt = 0 }, { __index = { array_task_id = UNSET } })
local function change(fields)
  said = {}
  return slurm_job_modify(setmetatable(fields, { __index = function(_, name) return MARKS[name] end }), record, PARTS, 0)
end
check("a comment is no change", change({ priority = 5 }), 0)
check("shorter", change({ time_limit = 5 }), 0)
check("longer by 30 minutes of two", change({ time_limit = 40 }), 0)
check("the difference is held", read("journal-1"):match("\nm %x+%+%x+ %d+ climate ana (.-) held\n$"), "a100=2 30 -")
check("said again costs nothing", change({ time_limit = 40 }), 0)
check("more than is left", change({ time_limit = 51 }), 2050)
check("what is left", change({ time_limit = 50 }), 0)
check("more GPUs", change({ tres_per_job = "gres:gpu:a100:3", time_limit = 50 }), 2050)
check("unlimited", change({ time_limit = 4294967295 }), 2050)

-- When it cannot be known, the policy answers, and says so.
for _, case in ipairs({ { "open", 0, "unverified" }, { "closed", 2050, "refused here" } }) do
  for _, age in ipairs({ 61, -61 }) do
    fresh(TEN)
    write("table", (read("table"):gsub("outage %a+", "outage " .. case[1]):gsub("written %d+", "written " .. NOW - age)))
    local made = job({ tres_per_job = "gres:gpu:1" })
    check(case[1] .. " when stale", slurm_job_submit(made, PARTS, 0), case[2])
    check(case[1] .. " says so", table.concat(said):find(case[3], 1, true) ~= nil, true)
    check(case[1] .. " journals", read("journal-1"):match("unverified\n$") ~= nil, case[1] == "open")
  end
end
fresh((TEN:gsub(" open ", " closed ")))
write("table", (read("table"):gsub("written %d+", "written 0")))
check("one budget's own policy", slurm_job_submit(job({ tres_per_job = "gres:gpu:1" }), PARTS, 0), 2050)
for _, broken in ipairs({ "", "wattledger-slurm 1\nend\n", "nonsense", "wattledger-slurm 2\nwritten 1\nend\n" }) do
  fresh(TEN)
  write("table", broken)
  local previous = io.stderr
  io.stderr = { write = function() end }
  check("a broken table lets in", slurm_job_submit(job({ tres_per_job = "gres:gpu:1" }), PARTS, 0), 0)
  io.stderr = previous
  check("a broken table says so", table.concat(said):find("unverified", 1, true) ~= nil, true)
end

-- TRES texts of any kind are read, refused or seen without GPUs; never an error.
local ALPHABET = { "gpu", "gres", ":", "/", "=", ",", "4", "a100", "k", "(S:0)", "(", " ", "%", "é", "-1", "99999999999", "\0" }
math.randomseed(20261125)
io.stderr = { write = function(_, text) fails = fails + 1 print("FAILED: " .. text) end }
for _ = 1, ROUNDS do
  local words = {}
  for index = 1, math.random(0, 8) do words[index] = ALPHABET[math.random(#ALPHABET)] end
  local text = table.concat(words)
  fresh(TEN)
  local code = slurm_job_submit(job({ tres_per_node = text, array_inx = math.random(4) == 1 and text or nil }), PARTS, 0)
  if code ~= 0 and code ~= 2050 then check("fuzz " .. text, code, "0 or 2050") else passes = passes + 1 end
end

-- The decision with 40 budgets and 500 jobs that the table does not count.
local many = {}
for index = 1, 40 do many[index] = ("budget b%d block energy 100000000000 open project p%d Project %d"):format(index, index, index) end
fresh(table.concat(many, "\n") .. "\n" .. ROOM)
local times = {}
for index = 1, 500 do
  local before = os.clock()
  slurm_job_submit(job({ tres_per_job = "gres:gpu:1" }), PARTS, 0)
  times[index] = (os.clock() - before) * 1000
end
table.sort(times)
print(("decision: p50 %.3f ms, p99 %.3f ms, worst %.3f ms of CPU time (%s)"):format(times[250], times[495], times[500], _VERSION))
check("p50 below 5 ms", times[250] < 5, true)
print(("%d passed, %d failed"):format(passes, fails))
os.exit(fails == 0 and 0 or 1)
