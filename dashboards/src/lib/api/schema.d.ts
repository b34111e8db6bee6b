// Generated from openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a batch
         * @description The body is specified by the wire format, version 1. Posting it twice changes nothing.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AcknowledgementDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Agent, boot and sequence were used for other bytes */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not stored; send it again later */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List devices, in the order in which they were first seen */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As first seen */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_DeviceDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed, as it happens
         * @description Server-sent events: `change` with what changed, `lagged` when changes were missed and everything should be loaded again.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Events until the client leaves */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["Change"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grid/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import the intensities of a zone, hour by hour
         * @description CSV with the columns `datetime_utc` and `g_per_kwh`, or `direct_g` or `lifecycle_g`. All of it is taken or nothing. What is posted already
         *     keeps its factor.
         */
        post: {
            parameters: {
                query: {
                    /** @description Grid zone, such as DE. */
                    zone: string;
                    /** @description Who published them. */
                    publisher: string;
                    /** @description Which release; those of one edition are never changed, a newer edition comes before an older one. */
                    edition: string;
                    /** @description Licence of the values. */
                    licence: string;
                    /** @description `direct` or `lifecycle`. */
                    basis: "direct" | "lifecycle";
                    /** @description `CO2` or `CO2e`. */
                    gas: "CO2" | "CO2e";
                    /** @description `production`, `consumption`, `residual`, `supplier` or `unspecified`. */
                    accounting: "production" | "consumption" | "marginal" | "residual" | "supplier" | "unspecified";
                    /** @description `measured`, `provisional`, `forecast` or `fallback`. */
                    status: "measured" | "provisional" | "forecast" | "fallback";
                    /** @description Length of each interval: 5, 15, 30 or 60; 60 without it. */
                    minutes?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "text/csv": string;
                };
            };
            responses: {
                /** @description Imported */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grid/intensity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Choose the factor of a zone or a cloud region, and say how it was chosen */
        get: {
            parameters: {
                query?: {
                    /** @description Grid zone, such as DE or US-EGRID-CAMX; this or `region`. */
                    zone?: string;
                    /** @description Cloud region, such as aws/us-east-1; this or `zone`. */
                    region?: string;
                    /** @description Moment of use, RFC 3339 or a UTC date; the newest factor without it. */
                    at?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The factor with its full type */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChoiceDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such zone or region, or nothing is known of it */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grid/zones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List zones and their factors */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By zone */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_FactorDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List jobs, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                    /** @description Only of this project. */
                    project?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_JobDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Announce a job and what it holds
         * @description Posting the same job again replaces what is said of it, key by key.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["JobRequest"];
                };
            };
            responses: {
                /** @description Stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such device or project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a job and its footprint */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobFootprint"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a job, and with it what it holds */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FinishRequest"];
                };
            };
            responses: {
                /** @description The job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List ledger entries, oldest first */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                    /** @description Only of this job. */
                    job?: string;
                    /** @description Only of this project's jobs. */
                    project?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By number */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_EntryDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/entries/{id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow an entry back to its evidence */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the entry */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Factor, postings, windows, batches */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExplanationDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such entry */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List nodes, by name */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_NodeDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/site": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say where a node stands */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Name of the node */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AssignmentRequest"];
                };
            };
            responses: {
                /** @description Assigned */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List projects, by name */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Project"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        /** Make a project */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            responses: {
                /** @description Made */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Project"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The name is taken */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/emissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Energy and location-based CO2e by group */
        get: {
            parameters: {
                query: {
                    /** @description First moment, a UTC date or RFC 3339. */
                    from: string;
                    /** @description First moment after it. */
                    to: string;
                    /** @description `project` (when not given), `job`, `node`, `site`, `month` or `label:NAME`. */
                    group_by?: string;
                    /** @description Only this project's jobs. */
                    project?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Totals of what starts in the time */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Report"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List sites, by name */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_SiteDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        /** Make a site */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SiteRequest"];
                };
            };
            responses: {
                /** @description Made */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The name is taken */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{id}/pue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** State the PUE of a site from some moment on */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Name of the site */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PueRequest"];
                };
            };
            responses: {
                /** @description The site */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tokens, without their secrets */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By id */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_TokenDocument"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a token
         * @description A token that is bound to a project makes only tokens of that project.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TokenRequest"];
                };
            };
            responses: {
                /** @description Shown once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NewToken"];
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Media type or encoding is not read here */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token, at once and for ever */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of the token */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Revoked */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No such token */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It does */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counters as Prometheus text */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenMetrics text */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/openmetrics-text": string;
                    };
                };
                /** @description Something has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description No valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to come back */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A defect of the service */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now; Retry-After says when to come back */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests should be sent here: the store answers and no shutdown has begun */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ready */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description The store does not answer */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Not now */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Whose electricity the factor describes.
         * @enum {string}
         */
        Accounting: "production" | "consumption" | "marginal" | "residual" | "supplier" | "unspecified";
        /** @description A batch that is on disk. */
        AcknowledgementDocument: {
            agent: string;
            boot: string;
            /**
             * Format: int64
             * @description When it was received first.
             */
            received_ns: number;
            /** @description `accepted`, or `duplicate` where it was taken before. */
            result: string;
            /** Format: int64 */
            sequence: number;
        };
        /** @description Energy and its location-based CO2e; the floats are derived from the integers beside them. */
        Amount: {
            /**
             * Format: double
             * @description t.
             */
            co2e_t_location: number;
            /**
             * Format: int64
             * @description µg.
             */
            co2e_ug_location: number;
            /**
             * Format: int64
             * @description mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description MWh.
             */
            energy_mwh: number;
        };
        /** @description Where a node stands. */
        AssignmentRequest: {
            /** @description A UTC date or RFC 3339; ever since 1970 without it. */
            since?: string | null;
            site: string;
        };
        /**
         * @description What is counted per kWh.
         * @enum {string}
         */
        Basis: "direct" | "lifecycle";
        /** @description The evidence. */
        BatchDocument: {
            agent: string;
            /**
             * Format: int64
             * @description Number of the batch in the service.
             */
            batch: number;
            boot: string;
            received: string;
            /** Format: int64 */
            sequence: number;
            /** @description Of the stored bytes. */
            sha256: string;
        };
        /** @description Something changed: what it is, which one, and whose it is. */
        Change: {
            /** @description Its id or name; of a batch agent, boot and sequence; of entries how many are new. */
            id: string;
            /** @description Its project; `null` where it concerns none. */
            project?: string | null;
            /** @description `batch`, `job`, `entries`, `project`, `site`, `node` or `factors`. */
            what: string;
        };
        /** @description A choice as programs read it. */
        ChoiceDocument: components["schemas"]["FactorDocument"] & {
            /** @description The step in words. */
            fallback: string;
            /**
             * Format: int32
             * @description Step of the fallback order, 1 to 6.
             */
            fallback_step: number;
            /** @description Stand-ins, age of the data, limits of the value. */
            notes: string[];
            /** @description What was asked for. */
            requested: string;
        };
        /** @description A metered device. */
        DeviceDocument: {
            /** @description The device whose energy already contains this one's. */
            counted_in?: string | null;
            /** Format: int32 */
            index: number;
            /** @description `accelerator`, `host` or `platform`. */
            kind: string;
            /** Format: int64 */
            limit_mw: number;
            name: string;
            node: string;
            uuid: string;
        };
        /** @description A device by its identity, and by its node where several nodes have one of that identity. */
        DeviceRequest: string | {
            node?: string | null;
            uuid: string;
        };
        /** @description A ledger entry. It is never changed, only reversed. */
        EntryDocument: {
            /**
             * Format: double
             * @description Derived from `co2e_ug`.
             */
            co2e_g: number;
            /** Format: int64 */
            co2e_ug: number;
            /** @description `accelerator`, `host` or `platform`. */
            component: string;
            /** Format: int64 */
            covered_ns: number;
            end: string;
            /**
             * Format: double
             * @description Derived from `energy_mj`.
             */
            energy_kwh: number;
            /** Format: int64 */
            energy_mj: number;
            /** @description SHA-256 over the previous entry's hash and this entry. */
            hash: string;
            /** Format: int64 */
            id: number;
            /** Format: int32 */
            intensity_mg_per_kwh: number;
            /** @description `null` is idle. */
            job?: string | null;
            /** @description `original`, `supplement`, `reversal` or `repost`. */
            kind: string;
            /** Format: int64 */
            modelled_mj: number;
            node: string;
            /** Format: int64 */
            overhead_co2e_ug: number;
            /** Format: int64 */
            overhead_mj: number;
            period_end: string;
            period_start: string;
            posted: string;
            project?: string | null;
            /** @description Whether the factor may be revised or stands in for a finer one. */
            provisional: boolean;
            /** Format: int32 */
            pue_ppm: number;
            reason: string;
            /**
             * Format: int64
             * @description The entry that it negates.
             */
            reverses?: number | null;
            site: string;
            /** Format: int64 */
            span_ns: number;
            start: string;
        };
        /** @description What an entry is made of. */
        ExplanationDocument: {
            entry: components["schemas"]["EntryDocument"];
            factor: components["schemas"]["FactorUsed"];
            postings: components["schemas"]["PostingDocument"][];
            /** @description As attributed; their `energy_mj` sum to the entry's. */
            windows: components["schemas"]["WindowDocument"][];
        };
        /**
         * @description A factor as programs read it; the keys `zone`, `g_per_kwh`, `basis`, `gas`, `accounting`, `edition`, `licence`,
         *     `period` and `fallback_step` are pinned.
         */
        FactorDocument: {
            /** @description Average, marginal, residual or supplier. */
            accounting: components["schemas"]["Accounting"];
            /** @description Direct or lifecycle. */
            basis: components["schemas"]["Basis"];
            /** @description Release of the data. */
            edition: string;
            /**
             * Format: double
             * @description g of the gas per kWh, derived from the exact integer beside it.
             */
            g_per_kwh: number;
            /** @description CO2 or CO2e. */
            gas: components["schemas"]["Gas"];
            /**
             * Format: int32
             * @description mg of the gas per kWh.
             */
            intensity_mg_per_kwh: number;
            /** @description Licence of the value. */
            licence: string;
            /** @description The zone's name. */
            name: string;
            /** @description What to know about the value; empty for nothing. */
            note?: string;
            /** @description ISO 8601 interval, end exclusive. */
            period: string;
            /** @description Who published it. */
            publisher: string;
            /** @description Length of time of one value. */
            resolution: components["schemas"]["Resolution"];
            /** @description Measured, provisional, forecast or fallback. */
            status: components["schemas"]["Status"];
            /** @description Zone of the factor. */
            zone: string;
        };
        /** @description The factor of an entry as it is stored with it, and read by `explain`. */
        FactorUsed: {
            /** @description Average, marginal, residual or supplier. */
            accounting: components["schemas"]["Accounting"];
            /** @description The site's zone, for which it was asked. */
            asked: string;
            /** @description Direct or lifecycle. */
            basis: components["schemas"]["Basis"];
            /** @description Which release. */
            edition: string;
            /**
             * Format: int32
             * @description Step of the fallback order, 1 to 6.
             */
            fallback_step: number;
            /** @description CO2 or CO2e. */
            gas: components["schemas"]["Gas"];
            /** @description Licence of the value. */
            licence: string;
            /** @description What a reader must be told. */
            notes: string[];
            /** @description Time that it describes, ISO 8601. */
            period: string;
            /** @description Who published it. */
            publisher: string;
            /** @description Measured, provisional, forecast or fallback. */
            status: components["schemas"]["Status"];
            /** @description Zone of the factor. */
            zone: string;
        };
        /** @description How a job ended. */
        FinishRequest: {
            /**
             * Format: int32
             * @description Of the process; a signal is negative.
             * @default null
             */
            exit_status: number | null;
            /**
             * @description When, RFC 3339; now without it.
             * @default null
             */
            to: string | null;
        };
        /**
         * @description Which gases are counted.
         * @enum {string}
         */
        Gas: "CO2" | "CO2e";
        /** @description State of the service. */
        Health: {
            /** @description `ok`. */
            status: string;
            /** @description Version of the program. */
            version: string;
        };
        /** @description What was imported. */
        ImportDocument: {
            /** @description Those that were not known of this edition. */
            new: number;
            /** @description Intervals in the file. */
            rows: number;
        };
        /** @description A job. */
        JobDocument: {
            /** Format: int32 */
            attempt?: number | null;
            ended?: string | null;
            /** Format: int32 */
            exit_status?: number | null;
            id: string;
            labels: {
                [key: string]: string;
            };
            name?: string | null;
            project?: string | null;
            started?: string | null;
        };
        /** @description A job and what it used. */
        JobFootprint: components["schemas"]["JobDocument"] & {
            /**
             * Format: double
             * @description Derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of the IT energy.
             */
            co2e_ug: number;
            /**
             * Format: double
             * @description Derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description IT energy, posted and open.
             */
            energy_mj: number;
            /** @description Where the entries are that it is the sum of. */
            explain: string;
            /** @description The same with overhead, quality, and the part that is not posted yet. */
            footprint: components["schemas"]["Report"];
        };
        /** @description A job that holds devices. */
        JobRequest: {
            /**
             * Format: int32
             * @description From 1.
             */
            attempt?: number | null;
            /** @description What it holds. */
            devices?: components["schemas"]["DeviceRequest"][];
            /** @description Since when, RFC 3339; now without it. */
            from?: string | null;
            /** @description Its id, a name. */
            job: string;
            labels?: {
                [key: string]: string;
            };
            /** @description For people. */
            name?: string | null;
            /** @description Its project, a name; the token's project without it. */
            project?: string | null;
            /** @description Until when, RFC 3339; until it is finished without it. */
            to?: string | null;
        };
        /** @description A new token. It is shown only here. */
        NewToken: {
            /** @description By which it is listed and revoked. */
            id: string;
            /** @description The token itself. */
            token: string;
        };
        /** @description A machine that an agent meters. */
        NodeDocument: {
            name: string;
            /** @description When a batch of it last arrived. */
            seen: string;
            /** @description Where it stands; `unassigned` until it is said. */
            site: string;
            /** @description Program and version that last spoke for it. */
            software: string;
        };
        /** @description One page of a list. */
        Page_DeviceDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description The device whose energy already contains this one's. */
                counted_in?: string | null;
                /** Format: int32 */
                index: number;
                /** @description `accelerator`, `host` or `platform`. */
                kind: string;
                /** Format: int64 */
                limit_mw: number;
                name: string;
                node: string;
                uuid: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_EntryDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /**
                 * Format: double
                 * @description Derived from `co2e_ug`.
                 */
                co2e_g: number;
                /** Format: int64 */
                co2e_ug: number;
                /** @description `accelerator`, `host` or `platform`. */
                component: string;
                /** Format: int64 */
                covered_ns: number;
                end: string;
                /**
                 * Format: double
                 * @description Derived from `energy_mj`.
                 */
                energy_kwh: number;
                /** Format: int64 */
                energy_mj: number;
                /** @description SHA-256 over the previous entry's hash and this entry. */
                hash: string;
                /** Format: int64 */
                id: number;
                /** Format: int32 */
                intensity_mg_per_kwh: number;
                /** @description `null` is idle. */
                job?: string | null;
                /** @description `original`, `supplement`, `reversal` or `repost`. */
                kind: string;
                /** Format: int64 */
                modelled_mj: number;
                node: string;
                /** Format: int64 */
                overhead_co2e_ug: number;
                /** Format: int64 */
                overhead_mj: number;
                period_end: string;
                period_start: string;
                posted: string;
                project?: string | null;
                /** @description Whether the factor may be revised or stands in for a finer one. */
                provisional: boolean;
                /** Format: int32 */
                pue_ppm: number;
                reason: string;
                /**
                 * Format: int64
                 * @description The entry that it negates.
                 */
                reverses?: number | null;
                site: string;
                /** Format: int64 */
                span_ns: number;
                start: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_FactorDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description Average, marginal, residual or supplier. */
                accounting: components["schemas"]["Accounting"];
                /** @description Direct or lifecycle. */
                basis: components["schemas"]["Basis"];
                /** @description Release of the data. */
                edition: string;
                /**
                 * Format: double
                 * @description g of the gas per kWh, derived from the exact integer beside it.
                 */
                g_per_kwh: number;
                /** @description CO2 or CO2e. */
                gas: components["schemas"]["Gas"];
                /**
                 * Format: int32
                 * @description mg of the gas per kWh.
                 */
                intensity_mg_per_kwh: number;
                /** @description Licence of the value. */
                licence: string;
                /** @description The zone's name. */
                name: string;
                /** @description What to know about the value; empty for nothing. */
                note?: string;
                /** @description ISO 8601 interval, end exclusive. */
                period: string;
                /** @description Who published it. */
                publisher: string;
                /** @description Length of time of one value. */
                resolution: components["schemas"]["Resolution"];
                /** @description Measured, provisional, forecast or fallback. */
                status: components["schemas"]["Status"];
                /** @description Zone of the factor. */
                zone: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_JobDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /** Format: int32 */
                attempt?: number | null;
                ended?: string | null;
                /** Format: int32 */
                exit_status?: number | null;
                id: string;
                labels: {
                    [key: string]: string;
                };
                name?: string | null;
                project?: string | null;
                started?: string | null;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_NodeDocument: {
            /** @description The items, in the order of the list. */
            items: {
                name: string;
                /** @description When a batch of it last arrived. */
                seen: string;
                /** @description Where it stands; `unassigned` until it is said. */
                site: string;
                /** @description Program and version that last spoke for it. */
                software: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Project: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description A name. */
                name: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_SiteDocument: {
            /** @description The items, in the order of the list. */
            items: {
                name: string;
                /** Format: int64 */
                posting_period_minutes: number;
                /** @description Oldest first. */
                pue: components["schemas"]["PueDocument"][];
                zone: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_TokenDocument: {
            /** @description The items, in the order of the list. */
            items: {
                created: string;
                expires?: string | null;
                id: string;
                /** @description To the minute. */
                last_used?: string | null;
                name: string;
                project?: string | null;
                revoked?: string | null;
                scopes: components["schemas"]["Scope"][];
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description What one batch moved. */
        PostingDocument: {
            /** Format: int64 */
            batch: number;
            /** Format: int64 */
            energy_mj: number;
            /** Format: int64 */
            posting: number;
            /** @description Whether it is the negative of an earlier one. */
            takes_back: boolean;
        };
        /** @description A refused request, RFC 9457. */
        ProblemDocument: {
            /** @description What is wrong this time, and what to do. */
            detail: string;
            /** @description The field, parameter or header at fault. */
            field?: string | null;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description The kind in words. */
            title: string;
            /** @description What kind of problem it is: `urn:wattledger:problem:` and a name that does not change. */
            type: string;
        };
        /** @description A project. */
        Project: {
            /** @description A name. */
            name: string;
        };
        /** @description A PUE from some moment on. */
        PueDocument: {
            /** Format: int32 */
            pue_ppm: number;
            since: string;
        };
        /** @description A PUE from some moment on. */
        PueRequest: {
            /**
             * Format: double
             * @description Facility energy / IT energy, 1.0 to 3.0.
             */
            pue: number;
            /** @description A UTC date or RFC 3339. */
            since: string;
        };
        /** @description The document of `report` and `GET /reports/emissions`. */
        Report: {
            /** @description Held by nobody. */
            idle: components["schemas"]["Amount"];
            /** @description `total` + `idle`. */
            metered: components["schemas"]["Amount"];
            /** @description Part of `metered` that is not posted yet, at the best factors known. */
            open: components["schemas"]["Amount"];
            /** @description Facility overhead of both. */
            overhead: components["schemas"]["Amount"];
            /** @description How good `metered` is. */
            quality: components["schemas"]["ReportQuality"];
            /** @description Jobs by group, idle never among them. */
            rows: components["schemas"]["ReportRow"][];
            /** @description Sum of the rows. */
            total: components["schemas"]["Amount"];
        };
        /** @description Shares of the energy, 0 to 1. */
        ReportQuality: {
            /**
             * Format: double
             * @description Observed device time over device time.
             */
            coverage: number;
            /**
             * Format: double
             * @description Read from a sensor.
             */
            measured_share: number;
            /**
             * Format: double
             * @description Modelled or bridged.
             */
            modelled_share: number;
            /**
             * Format: double
             * @description With a factor that may be revised or stands in for a finer one.
             */
            provisional_share: number;
        };
        /** @description One group's jobs. */
        ReportRow: components["schemas"]["Amount"] & {
            /** @description Name; `null` where a job has no such project or label. */
            group?: string | null;
            /** @description Facility overhead on top. */
            overhead: components["schemas"]["Amount"];
            /** @description How good it is. */
            quality: components["schemas"]["ReportQuality"];
        };
        /**
         * @description Length of time that one value stands for.
         * @enum {string}
         */
        Resolution: "hour" | "month" | "year";
        /**
         * @description What a token may do.
         * @enum {string}
         */
        Scope: "ingest" | "read" | "admit" | "admin";
        /** @description A site. */
        SiteDocument: {
            name: string;
            /** Format: int64 */
            posting_period_minutes: number;
            /** @description Oldest first. */
            pue: components["schemas"]["PueDocument"][];
            zone: string;
        };
        /** @description A place with a grid zone and a PUE. */
        SiteRequest: {
            name: string;
            /**
             * Format: int64
             * @description 5, 15, 30 or 60; 60 without it.
             */
            posting_period_minutes?: number | null;
            /**
             * Format: double
             * @description Facility energy / IT energy, 1.0 to 3.0; 1.0 without it.
             */
            pue?: number | null;
            /** @description Grid zone that has a factor, such as DE. */
            zone: string;
        };
        /**
         * @description How much a value can be relied on for the energy it is applied to.
         * @enum {string}
         */
        Status: "measured" | "provisional" | "forecast" | "fallback";
        /** @description A token without its secret. */
        TokenDocument: {
            created: string;
            expires?: string | null;
            id: string;
            /** @description To the minute. */
            last_used?: string | null;
            name: string;
            project?: string | null;
            revoked?: string | null;
            scopes: components["schemas"]["Scope"][];
        };
        /** @description A token that is asked for. */
        TokenRequest: {
            /** @description From when on it is refused, RFC 3339; never without it. */
            expires?: string | null;
            /** @description For people: who or what will use it. */
            name: string;
            /** @description The only project it may see or change; every project without it. */
            project?: string | null;
            /** @description What it may do; at least one. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description The part of a window that went to the entry. */
        WindowDocument: {
            batch: components["schemas"]["BatchDocument"];
            /** @description The device, as the batch declares it. */
            device: Record<string, never>;
            end: string;
            /** Format: int64 */
            energy_mj: number;
            start: string;
            /** @description The whole window, as the agent sent it. */
            window: Record<string, never>;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
