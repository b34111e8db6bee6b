//! Kinds of things, one word each: the same in the store, in JSON and on the command line.

use crate::words::words;

words! {
    /// Which part of a machine a device is.
    DeviceKind, "a kind of device" {
        /// GPU or another accelerator, or a part of one.
        Accelerator = "accelerator",
        /// CPU package or memory.
        Host = "host",
        /// The whole machine, as one device.
        Platform = "platform",
    }
}

words! {
    /// Unit in which carbon intensities are written.
    FactorUnit, "a unit of carbon intensity" {
        /// Grams per kilowatt-hour.
        GramsPerKwh = "g/kWh",
        /// Kilograms per kilowatt-hour.
        KilogramsPerKwh = "kg/kWh",
        /// Tonnes per megawatt-hour, which is kilograms per kilowatt-hour.
        TonnesPerMwh = "t/MWh",
        /// Pounds per megawatt-hour.
        PoundsPerMwh = "lb/MWh",
    }
}

words! {
    /// Where factors were obtained.
    FactorSource, "a source of factors" {
        /// A file that somebody imported.
        File = "file",
        /// A provider of live data.
        Provider = "provider",
    }
}

words! {
    /// Why windows are missing or coarser than usual.
    GapReason, "a reason for a gap" {
        /// No agent was running.
        AgentStopped = "agent_stopped",
        /// The device gave no readings.
        Unread = "unread",
        /// Windows were dropped because the agent's spool was full.
        Dropped = "dropped",
        /// No energy is missing: windows were merged into longer ones to save space.
        Merged = "merged",
        /// No energy is missing: the clock of the machine was set back, from the end to the start.
        SetBack = "set_back",
        /// The clock of the machine was set ahead, from the start to the end; nothing is known of the time between.
        SetAhead = "set_ahead",
    }
}

words! {
    /// The version of Prometheus' remote write that is spoken.
    RemoteWriteVersion, "a version of remote write" {
        /// `io.prometheus.write.v2.Request`.
        V2 = "2.0",
        /// `prometheus.WriteRequest`.
        V1 = "1.0",
    }
}

words! {
    /// The kind of problem that needs attention.
    AttentionKind, "a kind of item that needs attention" {
        /// The agent of a node has not been heard of for a while.
        AgentLate = "agent_late",
        /// A node's windows end in the future.
        ClockAhead = "clock_ahead",
        /// The devices of a node were measured for only a part of the time.
        CoverageLow = "coverage_low",
        /// A node is not assigned to a site.
        NodeWithoutSite = "node_without_site",
        /// A job holds accelerators that do next to nothing.
        HeldIdle = "held_idle",
        /// A job has no end, and its nodes are silent.
        JobSilent = "job_silent",
        /// Windows of a device are kept but not counted.
        WindowsSetAside = "windows_set_aside",
        /// A token spoke for a node that another token speaks for, and was refused.
        SpeakerRefused = "speaker_refused",
        /// Two agents send under the name of one node.
        NodeNameShared = "node_name_shared",
        /// An agent cannot tell who holds a device, or two sources tell of two holders.
        HolderUnclear = "holder_unclear",
        /// An agent reported gaps in its readings.
        GapsReported = "gaps_reported",
        /// Factors of a zone are still not final.
        FactorsProvisional = "factors_provisional",
        /// The imported factors of a zone have ended.
        FactorsStale = "factors_stale",
        /// A provider of grid factors has failed for a while.
        ProviderFailing = "provider_failing",
        /// A provider of grid factors answers, and has had no new value for long.
        ProviderStale = "provider_stale",
        /// The webhook of a Kubernetes cluster, or its reader, has not been heard of for a while, or the reader cannot see everything.
        KubernetesSilent = "kubernetes_silent",
        /// A budget has crossed a threshold, or is expected to.
        BudgetBreaking = "budget_breaking",
        /// A job is expected to use more than it holds.
        HoldBreaking = "hold_breaking",
        /// A job was denied.
        AdmissionDenied = "admission_denied",
        /// A request for an exception is not answered yet.
        ExceptionRequested = "exception_requested",
        /// The copy for charts was damaged, and is built anew.
        ChartsRebuilt = "charts_rebuilt",
        /// The clock of the service was set by more than drift.
        ClockJumped = "clock_jumped",
    }
}

words! {
    /// The kind of thing that needs attention.
    SubjectKind, "a kind of thing that needs attention" {
        /// A node, by its name.
        Node = "node",
        /// A device, by the name of its node, a slash and its UUID.
        Device = "device",
        /// A job, by its id.
        Job = "job",
        /// A grid zone, by its code.
        Zone = "zone",
        /// A provider of grid factors, by its name.
        Provider = "provider",
        /// A budget, by its name.
        Budget = "budget",
        /// An admission, by its number.
        Admission = "admission",
        /// A request for an exception, by its number.
        Request = "request",
        /// The service itself, by the part of it.
        Service = "service",
    }
}

words! {
    /// The kind of thing that changed.
    ChangeKind, "a kind of change" {
        /// A batch arrived.
        Batch = "batch",
        /// Something was stated about a job.
        Job = "job",
        /// Entries were posted to the ledger.
        Entries = "entries",
        /// A project was made.
        Project = "project",
        /// A site was made or changed.
        Site = "site",
        /// A node was assigned to a site.
        Node = "node",
        /// Factors of a zone were imported or came from a provider.
        Factors = "factors",
        /// A reporting period was closed or restated.
        Period = "period",
        /// A budget was made, changed or ended.
        Budget = "budget",
        /// An admission was decided, or its hold changed.
        Admission = "admission",
        /// An exception was asked for or answered.
        Request = "request",
    }
}

words! {
    /// The kind of thing that an act of administration changed.
    ActionKind, "a kind of action" {
        /// A site.
        Site = "site",
        /// The PUE of a site from a moment on.
        Pue = "pue",
        /// The grid zone of a site from a moment on.
        Zone = "zone",
        /// Which factors a site wants from a moment on.
        FactorPreference = "factor_preference",
        /// The length of a site's posting periods from a moment on.
        PostingPeriod = "posting_period",
        /// The price of a site's energy from a moment on.
        Price = "price",
        /// Who is responsible for the idle energy of a site.
        IdleOwner = "idle_owner",
        /// The site that a node stands at from a moment on.
        NodeSite = "node_site",
        /// The token that speaks for a node.
        NodeToken = "node_token",
        /// A token.
        Token = "token",
        /// A code with which nodes get tokens of their own.
        EnrolmentCode = "enrolment_code",
        /// What a token may speak for.
        TokenVoice = "token_voice",
        /// A project.
        Project = "project",
        /// A version of a reporting period.
        Period = "period",
        /// Factors that a file or a provider's reply brought.
        Factors = "factors",
        /// A budget.
        Budget = "budget",
        /// An override or the request for one.
        Override = "override",
        /// A statement about a job.
        Job = "job",
        /// Entries that were posted anew.
        Restatement = "restatement",
        /// A revision from before actions were recorded.
        Revision = "revision",
    }
}

words! {
    /// Order of a list of jobs, the highest or latest first.
    #[derive(Default)]
    JobOrder, "an order of jobs" {
        /// By when the job was first mentioned.
        #[default]
        Newest = "newest",
        /// By when the job started; jobs that have not started come last.
        Started = "started",
        /// By IT energy.
        Energy = "energy",
        /// By location-based CO2e.
        Co2e = "co2e",
        /// By mean carbon intensity.
        Intensity = "intensity",
        /// By the share of held-idle time.
        HeldIdle = "held_idle",
        /// By energy per training step.
        EnergyPerStep = "energy_per_step",
    }
}

words! {
    /// A publisher of carbon intensities on the internet.
    ProviderName, "a provider of grid factors" {
        /// Electricity Maps, version 3.
        ElectricityMaps = "electricity_maps",
        /// WattTime, version 3.
        WattTime = "watttime",
        /// Carbon Intensity API of Great Britain.
        UkCarbonIntensity = "uk_carbon_intensity",
        /// ENTSO-E Transparency Platform.
        Entsoe = "entsoe",
        /// US Energy Information Administration, form EIA-930.
        Eia = "eia",
        /// Energinet, Denmark.
        Energinet = "energinet",
        /// RTE, France.
        Rte = "rte",
        /// OpenElectricity, Australia.
        OpenElectricity = "open_electricity",
        /// Ember, countries by month.
        Ember = "ember",
    }
}

words! {
    /// How a provider of grid factors does.
    ProviderState, "a state of a provider" {
        /// The service is not configured to ask it.
        NotConfigured = "not_configured",
        /// It is to be asked for the first time.
        Starting = "starting",
        /// It was asked, and its values are new.
        Ok = "ok",
        /// It answers, and has had no new value for long.
        Stale = "stale",
        /// The last round brought less than was asked for.
        Failing = "failing",
    }
}

words! {
    /// What is known of the grid in the hours to come.
    Outlook, "an outlook of the grid" {
        /// Values or forecasts of these very hours.
        Forecast = "forecast",
        /// What is usual at that hour of the week in that month, for some of the hours at least.
        Typical = "typical",
        /// Nothing by which hours differ.
        Unknown = "unknown",
    }
}

words! {
    /// Whether the values of an edition count for a zone in a stretch of time, or why they do not.
    EditionStanding, "a standing of an edition" {
        /// They count for some of the time at least.
        Used = "used",
        /// What is usual by them at that hour of the week in that month stands in.
        Typical = "typical",
        /// They are marginal, which are shown beside averages and enter no total.
        Marginal = "marginal",
        /// The site wants other publishers or another accounting.
        NotWanted = "not_wanted",
        /// There are none in this time.
        NoValue = "no_value",
        /// They count something else than what is wanted of the zone.
        OtherType = "other_type",
        /// They are forecasts of hours whose values are known by now.
        Superseded = "superseded",
        /// They describe more than an hour, and finer ones are known.
        Coarser = "coarser",
        /// Those of another edition come first.
        Outranked = "outranked",
    }
}
