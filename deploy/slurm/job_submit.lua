-- Wattledger's gate for Slurm: refuses a job that its budget has no room for, before the job uses any energy.
--
-- slurmctld runs this under its locks, one submission at a time. So nothing here calls the network, starts a process or waits: it reads a
-- small table, which `wattledger slurm sync` replaces atomically, and appends one line to a journal for each job that it lets in. What the
-- journal holds and the table does not count yet is subtracted, so that submissions between two syncs never spend the same joule twice.
-- README.md beside this file has the formats.

local STATE = os.getenv("WATTLEDGER_SLURM_STATE") or "/var/lib/wattledger-slurm"
-- What to do with jobs while there is no table that says so: "open" lets them in unverified, "closed" refuses them.
local OUTAGE = os.getenv("WATTLEDGER_SLURM_OUTAGE") or "open"

-- Slurm's marks for "not given", of 16, 32 and 64 bits, and for "without limit". Fields of 32 bits start at NO_VAL - 1 with their marks.
local UNSET = { [65534] = true, [4294967294] = true, [1.8446744073709552e19] = true }
local INFINITE = { [65535] = true, [4294967295] = true }
local REFUSED = 2050 -- ESLURM_ACCOUNTING_POLICY, whose text scontrol shows

local table_text, plan      -- the text of the table as it was last read, and what it contains
local pending, read_up_to   -- what the journals hold that the table does not count: needs by owner, extra GPU-minutes by job; bytes read of each journal

local function given(value)
  if value == nil or value == "" or UNSET[value] then return nil end
  return value
end

-- Refuses a job that cannot be estimated, with this text, where a budget blocks; the outage policy does not matter.
local function refuse(text) error({ refusal = text }, 0) end

---------------------------------------------------------------------------------------------------------------- the table and the journal

local function words_of(line)
  local words = {}
  for word in line:gmatch("%S+") do words[#words + 1] = word end
  return words
end

local function slurp(path, from)
  local file, reason = io.open(path, "rb")
  if not file then return nil, reason end
  if from and from > 0 then file:seek("set", from) end
  local text = file:read("*a")
  file:close()
  return text
end

local READ = {
  written = function(to, w) to.written = tonumber(w[2]) end,
  stale_after = function(to, w) to.stale_after = tonumber(w[2]) end,
  outage = function(to, w) to.outage = w[2] end,
  journal = function(to, w) to.journals[#to.journals + 1] = { name = w[2], counted = tonumber(w[3]) } end,
  account = function(to, w) to.projects[w[2]] = w[3] end,
  partition = function(to, w) to.partitions[w[2]] = { type = w[3], gpus = tonumber(w[4]) } end,
  price = function(to, w) to.prices[w[2] .. " " .. w[3]] = { energy = tonumber(w[4]), co2e = tonumber(w[5]) } end,
  type = function(to, w) to.types[#to.types + 1] = w[2] end,
  covered = function(to, w) to.covered[w[2]] = tonumber(w[3]) end,
  budget = function(to, w, line)
    to.budgets[#to.budgets + 1] = {
      id = w[2], mode = w[3], unit = w[4], free = tonumber(w[5]), outage = w[6], scope = w[7], value = w[8],
      name = line:match("^" .. ("%S+%s+"):rep(8) .. "(.*)$") or w[2],
    }
  end,
}

local function parse_table(text)
  if not text:match("^wattledger%-slurm 1\n") or not text:match("\nend\n$") then error("the table is not whole") end
  local to = { journals = {}, projects = {}, partitions = {}, prices = {}, types = {}, covered = {}, budgets = {} }
  for line in text:gmatch("[^\n]+") do
    local words = words_of(line)
    local read = READ[words[1]]
    if read then read(to, words, line) end
  end
  if not (to.written and to.stale_after and #to.journals > 0) then error("the table lacks a line") end
  return to
end

local function price_of(project, type) return plan.prices[project .. " " .. type] or plan.prices["* " .. type] end

-- "a100=4,h100=2" as a list.
local function parse_parts(text)
  local parts = {}
  for type, gpus in text:gmatch("([^,=]+)=(%d+)") do parts[#parts + 1] = { type = type, gpus = tonumber(gpus) } end
  return parts
end

local function format_parts(parts)
  local words = {}
  for _, part in ipairs(parts) do words[#words + 1] = ("%s=%d"):format(part.type, part.gpus) end
  return table.concat(words, ",")
end

-- Tasks of an array such as "1-10:2%3,20"; 1 without one.
local function count_tasks(spec)
  if not given(spec) or spec == "-" then return 1 end
  local tasks = 0
  for range in spec:gsub("%%.*$", ""):gmatch("[^,]+") do
    local first, last, step = range:match("^(%d+)%-(%d+):?(%d*)$")
    if first then
      step = tonumber(step) or 1
      if step < 1 then refuse(("the array %q has a step of 0"):format(spec)) end
      tasks = tasks + math.max(0, math.floor((tonumber(last) - tonumber(first)) / step) + 1)
    elseif range:match("^%d+$") then
      tasks = tasks + 1
    else
      refuse(("the array %q is not understood"):format(spec))
    end
  end
  return tasks
end

-- p95 of parts over minutes: J and mg, rounded up; nil and the type for which no price is known.
local function need_of(project, parts, minutes, tasks)
  local need = { energy = 0, co2e = 0 }
  for _, part in ipairs(parts) do
    local price = price_of(project, part.type)
    if not price then return nil, part.type end
    local gpu_minutes = part.gpus * (part.minutes or minutes) * tasks
    need.energy = need.energy + math.ceil(gpu_minutes * price.energy / 60)
    need.co2e = need.co2e + math.ceil(gpu_minutes * price.co2e / 60)
  end
  return need
end

local function add_pending(project, user, need)
  local owner = project .. " " .. user
  local sum = pending.needs[owner] or { project = project, user = user, energy = 0, co2e = 0 }
  sum.energy, sum.co2e = sum.energy + need.energy, sum.co2e + need.co2e
  pending.needs[owner] = sum
end

-- A line "s KEY TIME PROJECT USER PARTS MINUTES TASKS VERDICT"; m lines are the same with KEY+ID, the extra of a changed job.
local function take_line(line)
  local kind, key, _, project, user, text, minutes, spec = line:match(("(%S+) "):rep(8):sub(1, -2))
  if kind ~= "s" and kind ~= "m" then return end
  local parts = parse_parts(text)
  local need = need_of(project, parts, tonumber(minutes), count_tasks(spec))
  if need then add_pending(project, user, need) end
  if kind == "m" then
    local job = key:match("^(.*)%+")
    for _, part in ipairs(parts) do
      pending.extra[job .. " " .. part.type] = (pending.extra[job .. " " .. part.type] or 0) + part.gpus * tonumber(minutes)
    end
  end
end

local function read_journals()
  for _, journal in ipairs(plan.journals) do
    local from = read_up_to[journal.name] or journal.counted
    local text = slurp(STATE .. "/" .. journal.name, from) or ""
    local whole = text:match("^.*\n") or ""
    for line in whole:gmatch("[^\n]+") do take_line(line) end
    read_up_to[journal.name] = from + #whole
  end
end

-- Brings `plan` and `pending` up to date; returns the reason where that fails.
local function refresh()
  local text, reason = slurp(STATE .. "/table")
  if not text then return "there is no table: " .. tostring(reason) end
  if text ~= table_text then
    plan = parse_table(text)
    table_text, pending, read_up_to = text, { needs = {}, extra = {} }, {}
  end
  read_journals()
  local age = os.time() - plan.written
  if age > plan.stale_after or age < -plan.stale_after then
    return ("its table is %d s old"):format(age)
  end
end

local function append(line)
  local name = plan.journals[#plan.journals].name
  local file = assert(io.open(STATE .. "/" .. name, "a"))
  local written, reason = file:write(line .. "\n")
  local closed, late = file:close()
  if not written or not closed then error("the journal takes no line: " .. tostring(reason or late)) end
end

local function new_id(bytes)
  local file = assert(io.open("/dev/urandom", "rb"))
  file:setvbuf("no")
  local random = file:read(bytes)
  file:close()
  return (random:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

-------------------------------------------------------------------------------------------------------------------- what the job asks for

local MULTIPLE = { [""] = 1, k = 1024, K = 1024, m = 1024 ^ 2, M = 1024 ^ 2 }

-- Adds the GPUs of a TRES text ("gres:gpu:a100:4", "gres/gpu:2,license/x:1", "gpu", "gpu:1K(S:0-1)"), each `times`, to `to` by type
-- ("" where none is named).
local function add_gpus(to, text, times)
  for item in (given(text) or ""):gsub("%b()", ""):gmatch("[^,]+") do
    local name = item:gsub("^%s+", ""):gsub("%s+$", ""):gsub("^gres[:/]", "")
    if name == "gpu" or name:match("^gpu[:=]") then
      local rest = name:sub(5)
      local type, number = rest:match("^(.-)[:=]?(%d+[kKmM]?)$")
      if not number then type, number = rest, "1" end
      if type:match("[^%w._-]") then refuse(("GPUs %q are not understood"):format(item)) end
      local digits, unit = number:match("^(%d+)(%a?)$")
      -- A type may end in digits: "gpu:a100" is one a100, "gpu:4" is four of any.
      if type ~= "" and not rest:match("[:=]%d+[kKmM]?$") then type, digits, unit = rest, "1", "" end
      to[type] = (to[type] or 0) + tonumber(digits) * MULTIPLE[unit] * times
    end
  end
end

local function partitions_of(view, parts)
  local names = {}
  for name in (given(view.partition) or ""):gmatch("[^,]+") do names[#names + 1] = name end
  if #names == 0 then
    for name, part in pairs(parts) do
      if part.flag_default == 1 then names[1] = name end
    end
  end
  return names
end

local function nodes_of(view)
  local most = given(view.max_nodes)
  if most and most > 0 then return most end
  local tasks, per_node = given(view.num_tasks), given(view.ntasks_per_node)
  local spread = tasks and per_node and per_node > 0 and math.ceil(tasks / per_node) or 1
  return math.max(given(view.min_nodes) or 1, spread, 1)
end

-- GPUs by type ("" untyped), the most that the request may be given.
local function requested(view, names)
  local nodes = nodes_of(view)
  local tasks = given(view.num_tasks) or nodes * (given(view.ntasks_per_node) or 1)
  local found = {}
  add_gpus(found, view.tres_per_job, 1)
  if not next(found) then add_gpus(found, view.tres_per_node or view.gres, nodes) end
  if not next(found) then add_gpus(found, view.tres_per_task, tasks) end
  if not next(found) then add_gpus(found, view.tres_per_socket, nodes * (given(view.sockets_per_node) or 1)) end
  local per_gpu = given(view.ntasks_per_gpu) or given(view.ntasks_per_tres)
  if not next(found) and per_gpu and per_gpu > 0 then found[""] = math.ceil(tasks / per_gpu) end
  -- Without sharing, Slurm allocates every GPU of the nodes.
  if view.shared == 0 and next(found) then
    for _, name in ipairs(names) do
      local known = plan.partitions[name]
      local type, total = next(found)
      if known and known.gpus and not next(found, type) then found[type] = math.max(total, known.gpus * nodes) end
    end
  end
  return found
end

local function the_type_of(names)
  local type
  for _, name in ipairs(names) do
    local known = plan.partitions[name]
    if not known or known.type == "-" or (type and type ~= known.type) then return nil end
    type = known.type
  end
  return type
end

local function parts_of(view, names)
  local parts = {}
  for type, gpus in pairs(requested(view, names)) do
    if gpus > 0 then
      local named = type ~= "" and type or the_type_of(names)
      if not named then
        refuse("which GPUs? Name their type, as --gres=gpu:TYPE:N; known here: " .. table.concat(plan.types, ", "))
      end
      parts[#parts + 1] = { type = named, gpus = gpus }
    end
  end
  table.sort(parts, function(a, b) return a.type < b.type end)
  return parts
end

-- The requested time limit in minutes, or the partition's where none is requested.
local function minutes_of(view, parts, names)
  local limit = given(view.time_limit)
  if not limit then
    for _, name in ipairs(names) do
      local part = parts[name]
      local theirs = part and (given(part.default_time) or given(part.max_time))
      if theirs then limit = math.max(limit or 0, theirs) end
    end
  end
  if not limit or INFINITE[limit] then
    refuse("how long may it run? Give a time limit, as --time=HOURS:00:00: this partition has none to go by")
  end
  return math.max(limit, 1)
end

-- Names as the service has them: no blank and no bar, which separate fields here.
local function name_of(text) return (tostring(text):gsub("[^%w._:@+-]", "_")) end

local function owner_of(view)
  local account = name_of(given(view.account) or given(view.default_account) or "-")
  return plan.projects[account] or account, name_of(given(view.user_name) or view.user_id)
end

-------------------------------------------------------------------------------------------------------------------------------- the decision

local function applies(budget, project, user)
  if budget.scope == "all" or budget.scope == "site" then return true end
  if budget.scope == "project" then return budget.value == project end
  return budget.scope == "user" and budget.value == user
end

local function free_of(budget)
  local free = budget.free
  for _, sum in pairs(pending.needs) do
    if applies(budget, sum.project, sum.user) then free = free - sum[budget.unit] end
  end
  return free
end

local function shown(amount, unit)
  local scales = unit == "energy" and { { 3.6e9, "MWh" }, { 3.6e6, "kWh" } } or { { 1e9, "t CO2e" }, { 1e6, "kg CO2e" } }
  local scale = math.abs(amount) >= scales[1][1] and scales[1] or scales[2]
  return ("%.3f %s"):format(amount / scale[1], scale[2])
end

local function clock(minutes)
  return ("%d-%02d:%02d:00"):format(math.floor(minutes / 1440), math.floor(minutes / 60) % 24, minutes % 60)
end

local function described(parts, minutes, tasks)
  local words = {}
  for _, part in ipairs(parts) do words[#words + 1] = ("%d x %s for %s"):format(part.gpus, part.type, clock(part.minutes or minutes)) end
  return table.concat(words, " and ") .. (tasks > 1 and (", %d tasks"):format(tasks) or "")
end

-- What would fit into `free`, one line per option.
local function options(asked, need, free)
  local found, share = {}, free / need
  local minutes = math.floor(asked.minutes * share)
  if minutes >= 1 then found[#found + 1] = ("--time=%s with the same GPUs"):format(clock(minutes)) end
  local first = asked.parts[1]
  if #asked.parts == 1 and math.floor(first.gpus * share) >= 1 then
    found[#found + 1] = ("%d instead of %d x %s for the same time"):format(math.floor(first.gpus * share), first.gpus, first.type)
  end
  if asked.tasks > 1 and math.floor(asked.tasks * share) >= 1 then
    found[#found + 1] = ("%d of the %d array tasks"):format(math.floor(asked.tasks * share), asked.tasks)
  end
  if #found == 0 then found[1] = "nothing now: wait for the next period or for running jobs to end, or ask for an exception" end
  return found
end

-- The tightest budget that has no room, with what is left and needed.
local function worst(asked, need)
  local found
  for _, budget in ipairs(plan.budgets) do
    if applies(budget, asked.project, asked.user) then
      local free, wanted = free_of(budget), need[budget.unit]
      local breaks = wanted > 0 and wanted > free
      local graver = not found or (budget.mode == "block" and found.budget.mode ~= "block")
        or (budget.mode == found.budget.mode and free / wanted < found.free / found.need)
      if breaks and graver then found = { budget = budget, free = free, need = wanted } end
    end
  end
  return found
end

local function is_budgeted(project, user, mode)
  for _, budget in ipairs(plan.budgets) do
    if applies(budget, project, user) and (not mode or budget.mode == mode) then return true end
  end
  return false
end

local function line_of(kind, asked, last)
  return table.concat({
    kind, asked.key, os.time(), asked.project, asked.user, format_parts(asked.parts), asked.minutes, asked.spec, last,
  }, " ")
end

local function say_refused(asked, found)
  local budget = found.budget
  local lines = {
    ("wattledger: budget %q (project %s) has no room for this job"):format(budget.name, asked.project),
    ("  needs  %s (p95 of %s)"):format(shown(found.need, budget.unit), described(asked.parts, asked.minutes, asked.tasks)),
    ("  left   %s"):format(shown(found.free, budget.unit)),
  }
  for index, option in ipairs(options(asked, found.need, found.free)) do
    lines[#lines + 1] = (index == 1 and "  fits   " or "         ") .. option
  end
  lines[#lines + 1] = "  decision " .. asked.key
  return lines
end

local function tell(lines)
  for _, line in ipairs(lines) do
    slurm.log_user("%s", line)
    slurm.log_info("%s", line)
  end
end

-- Lets `asked` in or refuses it, and writes either into the journal. `kind` is s for a submission, m for a change.
local function decide(kind, asked)
  local need, unknown = need_of(asked.project, asked.parts, asked.minutes, asked.tasks)
  if not need then refuse(("the power of %q GPUs is not known here; known types: %s"):format(unknown, table.concat(plan.types, ", "))) end
  local found = worst(asked, need)
  if found and found.budget.mode == "block" then
    append(line_of("d", asked, found.budget.id))
    tell(say_refused(asked, found))
    return nil
  end
  append(line_of(kind, asked, "held"))
  if found and found.budget.mode == "warn" then
    local lines = say_refused(asked, found)
    lines[#lines + 1] = "  let in all the same, as this budget only warns"
    tell(lines)
  end
  return "held"
end

-- The policy for when a budget cannot be checked: the table's, or closed where a budget that applies says so.
local function outage_for(asked)
  local policy = plan and plan.outage or OUTAGE
  if plan and asked then
    for _, budget in ipairs(plan.budgets) do
      if budget.mode == "block" and budget.outage == "closed" and applies(budget, asked.project, asked.user) then policy = "closed" end
    end
  end
  return policy
end

local function without_answer(asked, reason)
  if outage_for(asked) == "closed" then
    tell({
      "wattledger: the budget cannot be checked (" .. reason .. "), and jobs are refused here while it cannot",
      "  try again in a few minutes, or ask the administrators: `wattledger slurm sync` is not running or its service is away",
    })
    return nil
  end
  tell({ "wattledger: the budget could not be checked (" .. reason .. "): let in unverified, to be checked later" })
  return "unverified"
end

--------------------------------------------------------------------------------------------------------------------------------- entry points

local function comment_of(asked, verdict)
  return table.concat({
    "wattledger", 1, asked.key, asked.project, asked.user, format_parts(asked.parts), asked.minutes, asked.tasks, verdict,
  }, "|")
end

local function facts_of(comment)
  local key, project, user, parts, minutes = (comment or ""):match("wattledger|1|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(%d+)")
  if key then return { key = key, project = project, user = user, parts = parse_parts(parts), minutes = tonumber(minutes) } end
end

-- Fields of the change where it has them, else of the job.
local function merged(change, job)
  return setmetatable({}, { __index = function(_, name)
    local value = given(change[name])
    if value ~= nil then return value end
    value = job[name]
    return (name == "max_nodes" and value == 0) and nil or value
  end })
end

local function asked_of(view, parts)
  local names = partitions_of(view, parts)
  local wanted = parts_of(view, names)
  if #wanted == 0 then return nil end
  local project, user = owner_of(view)
  return {
    key = new_id(12), parts = wanted, minutes = minutes_of(view, parts, names), project = project, user = user,
    spec = given(view.array_inx) or "-", tasks = count_tasks(view.array_inx),
  }
end

local function submit(job, parts)
  local reason = refresh()
  if not plan then return without_answer(nil, reason) end
  if not is_budgeted(owner_of(job)) then return "free" end
  local asked = asked_of(job, parts)
  if not asked then return "free" end
  local verdict
  if reason then
    verdict = without_answer(asked, reason)
    if verdict then
      -- The comment on the job says the same, so that nothing is lost when the disk is full.
      pcall(append, line_of("s", asked, verdict))
    end
  else
    verdict = decide("s", asked)
  end
  if verdict == "held" or verdict == "unverified" then
    local other = given(job.admin_comment)
    if other and other:find("wattledger:", 1, true) then other = nil end
    job.admin_comment = comment_of(asked, verdict) .. (other and " " .. other or "")
  end
  return verdict
end

local CHANGES = { "time_limit", "min_nodes", "max_nodes", "num_tasks", "tres_per_job", "tres_per_node", "tres_per_task", "tres_per_socket",
  "account", "partition" }

local function is_relevant(change)
  for _, name in ipairs(CHANGES) do
    if given(change[name]) ~= nil then return true end
  end
end

-- GPU-minutes per task that are already held for `job` and the GPU type.
local function covered(facts, keys, type)
  local sum = 0
  for _, part in ipairs(facts.parts) do
    if part.type == type then sum = sum + part.gpus * facts.minutes end
  end
  for _, key in ipairs(keys) do
    sum = sum + (plan.covered[key .. "|" .. type] or 0) + (pending.extra[key .. " " .. type] or 0)
  end
  return sum
end

-- What a change needs in addition, one request per GPU type.
local function extras_of(change, job, parts)
  local view = merged(change, job)
  local after = asked_of(view, parts)
  if not after then return {} end
  local before = facts_of(job.admin_comment)
  if not before then
    before = asked_of(job, parts) or { parts = {}, minutes = 0, project = after.project }
    before.key = "job" .. job.job_id
  end
  -- Slurm 22.05 does not say how many tasks a job has; its GPUs stay what they were unless the change names them.
  local names_gpus = given(change.tres_per_job) or given(change.tres_per_node) or given(change.tres_per_task)
    or given(change.tres_per_socket) or given(change.min_nodes) or given(change.max_nodes)
  if not names_gpus then after.parts = before.parts end
  if given(change.account) == nil then after.project = before.project end
  local task = given(job.array_task_id)
  local keys = task and { before.key, ("%s/%d"):format(before.key, task) } or { before.key }
  local tasks = task and 1 or math.max(given(job.array_task_cnt) or 1, 1)
  local found = {}
  for _, part in ipairs(after.parts) do
    local held = after.project == before.project and covered(before, keys, part.type) or 0
    local extra = part.gpus * after.minutes - held
    if extra > 0 then
      local minutes = math.ceil(extra / part.gpus)
      found[#found + 1] = {
        key = keys[#keys] .. "+" .. new_id(4), project = after.project, user = before.user or after.user, parts = { part },
        minutes = minutes, tasks = tasks, spec = tasks > 1 and "1-" .. tasks or "-",
      }
    end
  end
  return found
end

local function modify(change, job, parts)
  if not is_relevant(change) then return "free" end
  local reason = refresh()
  if not plan then return without_answer(nil, reason) end
  local verdict = "free"
  for _, extra in ipairs(extras_of(change, job, parts)) do
    if not is_budgeted(extra.project, extra.user) then
      verdict = "free"
    elseif reason then
      verdict = without_answer(extra, reason)
      if verdict then pcall(append, line_of("m", extra, verdict)) end
    else
      verdict = decide("m", extra)
      read_journals()
    end
    if not verdict then return nil end
  end
  return verdict
end

-- Whether a budget blocks the owner of what was asked: of the submission, or of the change and the job it is for.
local function is_blocked(first, second)
  local project, user = owner_of(second.job_id and merged(first, second) or first)
  return is_budgeted(project, user, "block")
end

local function guarded(act, ...)
  local worked, verdict = pcall(act, ...)
  if not worked and type(verdict) == "table" then
    tell({ "wattledger: " .. tostring(verdict.refusal) })
    return is_blocked(...) and REFUSED or slurm.SUCCESS
  end
  if not worked then
    slurm.log_error("%s", "wattledger: " .. tostring(verdict))
    table_text = nil
    verdict = without_answer(nil, "an error in the gate: " .. tostring(verdict))
  end
  return verdict and slurm.SUCCESS or REFUSED
end

function slurm_job_submit(job, parts, _) return guarded(submit, job, parts) end

function slurm_job_modify(change, job, parts, _) return guarded(modify, change, job, parts) end

slurm.log_info("%s", "wattledger: gate loaded, state in " .. STATE)
