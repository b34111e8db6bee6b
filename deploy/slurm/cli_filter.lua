-- Makes sbatch, srun and salloc say what a job is expected to use before they submit it. This runs on the user's side, so it may wait, and a user
-- may leave it out: it informs, and job_submit.lua decides. It prints nothing where it cannot estimate.

local function number_of(text) return tonumber((tostring(text or ""):match("%d+"))) end

local function hours_of(text)
  local days, rest = tostring(text or ""):match("^(%d+)%-(.*)$")
  local hours, minutes = (rest or tostring(text or "")):match("^(%d+):(%d+):%d+$")
  if not hours then return nil end
  local total = (tonumber(days) or 0) * 24 + tonumber(hours) + tonumber(minutes) / 60
  -- A limit that is not given shows as thousands of years.
  return total > 0 and total < 24 * 366 and total or nil
end

local function gpus_of(options)
  for _, name in ipairs({ "gpus", "gres", "gpus-per-node", "gpus-per-task" }) do
    local type, count = tostring(options[name] or ""):gsub("^gres[:/]", ""):gsub("^gpu:", ""):match("^([%a][%w._-]*):(%d+)$")
    if type then
      local times = name == "gpus" and 1 or name == "gpus-per-task" and number_of(options.ntasks) or number_of(options.nodes)
      return type, tonumber(count) * (times or 1)
    end
  end
end

local function estimate(options)
  local type, gpus = gpus_of(options)
  local hours = hours_of(options.time)
  if not type or not hours then return end
  local command = ("timeout 5 wattledger estimate --accelerator %s --count %d --hours %.4f --json 2>/dev/null"):format(type, gpus, hours)
  local answer = io.popen(command)
  local text = answer:read("*a")
  answer:close()
  local mwh = tonumber(text:match('"energy_mwh":%s*([%d.eE+-]+)'))
  if mwh then slurm.log_info("%s", ("wattledger: %d x %s for %.1f h are expected to use %.1f kWh per task"):format(gpus, type, hours, mwh * 1000)) end
end

function slurm_cli_setup_defaults() return slurm.SUCCESS end

function slurm_cli_pre_submit(options)
  pcall(estimate, options)
  return slurm.SUCCESS
end

function slurm_cli_post_submit() return slurm.SUCCESS end
