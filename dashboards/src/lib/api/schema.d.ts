// Generated from openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/admission/terraform": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a run task of HCP Terraform
         * @description The header X-TFC-Task-Signature is the HMAC-SHA512 of the body under the configured key. It is answered at once; the result goes to the callback.
         *     Also served at /api/v1/admission/terraform.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description The request of a run task */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description It is worked on */
                200: {
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
                /** @description The body took too long, or did not arrive whole */
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
                /** @description Too many at once */
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
    "/api/v1/admission/kubernetes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Review an object of Kubernetes
         * @description AdmissionReview of admission.k8s.io/v1 and v1beta1, answered in its own version: pods, Jobs, CronJobs, Deployments, StatefulSets, and training jobs
         *     of Kubeflow, Ray and JobSet with accelerators are held against the budgets of their namespace. Also served at /admission/kubernetes.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description An AdmissionReview */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The AdmissionReview with its response, allowed or denied */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Answer"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/admissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List admissions, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Only of this project. */
                    project?: string;
                    /** @description Only in this state. */
                    state?: "held" | "denied" | "checked" | "committed" | "settled" | "released" | "expired";
                    /** @description Only those that are settled by this job. */
                    job?: string;
                    /** @description Only those that hold of the budget with this number. */
                    budget?: number;
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
                /** @description Newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AdmissionDocument"];
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
         * Ask whether a job may run
         * @description The p95 of its estimate is held against every budget that applies. A denial is answered with 200 too: `allowed` is false, `reason` says what is
         *     needed and what is free, `options` what would fit. The same key and job get the same answer; the same key and another job are refused with 409.
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
                    "application/json": components["schemas"]["AdmissionRequest"];
                };
            };
            responses: {
                /** @description Allowed or denied, and why */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Decision"];
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
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The key stands for another job */
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
                /** @description Nothing known says what this hardware draws */
                422: {
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
    "/api/v1/admissions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One admission, with every decision on it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the admission */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The admission */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
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
                /** @description No such admission */
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
        /**
         * Give a hold back
         * @description Of an admission that is settled, released or expired it changes nothing.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the admission */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The admission as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
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
                /** @description No such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description It was never allowed */
                409: {
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
    "/api/v1/admissions/{id}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Settle an admission
         * @description What was used is posted in full, also above the hold; the rest of the hold is free again. Resolving twice changes nothing.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the admission */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CommitRequest"];
                };
            };
            responses: {
                /** @description The admission as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
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
                /** @description No such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description It was never allowed */
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
    "/api/v1/admissions/{id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep a hold while its job lives
         * @description Holds of jobs that are metered are renewed by themselves. The answer says whether the job is to be stopped.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the admission */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The admission as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
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
                /** @description No such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description It was never allowed */
                409: {
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
    "/api/v1/admissions/{id}/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask that a denied admission may pass */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the admission */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WordsRequest"];
                };
            };
            responses: {
                /** @description The request */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
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
                /** @description No such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description It was not denied */
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
    "/api/v1/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what needs someone, what matters most first
         * @description A token that is bound to a project sees what concerns its jobs.
         */
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
                /** @description By severity */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AttentionItem"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List budgets with how they stand, oldest first */
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
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_BudgetDocument"];
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
         * Make a budget
         * @description Its project, where it names one, is made with it. Jobs that run already hold of it from now on.
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
                    "application/json": components["schemas"]["PolicyDocument"];
                };
            };
            responses: {
                /** @description The budget */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetDocument"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/budgets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One budget, with its days and every decision on it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number or name of the budget */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The budget */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetDocument"];
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
                /** @description No such budget */
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
        /** End a budget */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number or name of the budget */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It applies no more */
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
                /** @description No such budget */
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
    "/api/v1/budgets/{id}/overrides": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let everything that a budget counts pass for a time */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number or name of the budget */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OverrideRequest"];
                };
            };
            responses: {
                /** @description The override */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
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
                /** @description No such budget */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/budgets/{id}/revise": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change a budget
         * @description Name, unit and what it counts stay.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number or name of the budget */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RevisionRequest"];
                };
            };
            responses: {
                /** @description The budget */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetDocument"];
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
                /** @description No such budget */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/devices/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the power of every accelerator over time
         * @description Buckets of an hour and more cost no more than their number; `points` chooses them.
         */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A row per device */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DevicesDocument"];
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
    "/api/v1/devices/{id}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the power of a device over time */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path: {
                    /** @description `id` of the device */
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ascending */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SeriesDocument"];
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
                /** @description No such device */
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
    "/api/v1/estimates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Estimate a job
         * @description Energy and CO2e before the job runs, with p95: the same numbers that an admission of the same options would hold at this moment.
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
                    "application/json": components["schemas"]["EstimateRequest"];
                };
            };
            responses: {
                /** @description p50, p95 and what was assumed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EstimateDocument"];
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
                /** @description The body took too long, or did not arrive whole */
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
                /** @description Nothing known says what this hardware draws */
                422: {
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
    "/api/v1/estimates/accuracy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is p95 honest */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Hit rate of p95 */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AccuracyDocument"];
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
    "/api/v1/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List gaps, the last reported first */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                    /** @description Those that end after this moment, a UTC date or RFC 3339. */
                    from?: string;
                    /** @description Those that start before this moment. */
                    to?: string;
                    /** @description Only of this node. */
                    node?: string;
                    /** @description Only of the device with this number. */
                    device?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The last reported first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_GapDocument"];
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
                /** @description The body took too long, or did not arrive whole */
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
                    /** @description `true`: the operating margin of the country, for a second opinion and never in a sum with the others, which are averages. */
                    marginal?: boolean;
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
    "/api/v1/grid/intensity/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the carbon intensity of a zone over time, as the ledger takes it
         * @description Imported factors of an hour or less; where there are none, the yearly factor of the library as a flat line, and `factor` says so.
         */
        get: {
            parameters: {
                query: {
                    /** @description Grid zone, such as DE. */
                    zone: string;
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ascending */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntensityDocument"];
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
                /** @description No such zone, or nothing is known of it */
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
        /** List jobs with what they used */
        get: {
            parameters: {
                query?: {
                    /** @description Items on the page, 1 to 1000; 100 when not given. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page without it. */
                    cursor?: string;
                    /** @description Only of this project. */
                    project?: string;
                    /** @description Only of this user: with the label `user` of this value. */
                    user?: string;
                    /** @description Only with this label, `KEY=VALUE`. */
                    label?: string;
                    /** @description Only those that run, only those that have ended, or of these only those whose exit status is another than 0. */
                    state?: "running" | "ended" | "failed";
                    /** @description Only those that ran at or after it, RFC 3339. */
                    from?: string;
                    /** @description Only those that ran before it, RFC 3339. */
                    to?: string;
                    /** @description Only those whose id or name contains it; ASCII letters without regard to case. */
                    q?: string;
                    /** @description `newest` (by first mention), `started`, `energy`, `co2e`, `intensity` (g/kWh), `held_idle` (share) or `energy_per_step`, the highest or latest first. */
                    sort?: "newest" | "started" | "energy" | "co2e" | "intensity" | "held_idle" | "energy_per_step";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In the order asked for, newest first without */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_JobItem"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/jobs/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compare two to six jobs */
        get: {
            parameters: {
                query: {
                    /** @description Ids of the jobs, each a parameter of its own */
                    id: string[];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In the order asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CompareDocument"];
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
    "/api/v1/jobs/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count jobs, and sum what they used */
        get: {
            parameters: {
                query?: {
                    /** @description Only of this project. */
                    project?: string;
                    /** @description Only of this user: with the label `user` of this value. */
                    user?: string;
                    /** @description Only with this label, `KEY=VALUE`. */
                    label?: string;
                    /** @description Only those that run, only those that have ended, or of these only those whose exit status is another than 0. */
                    state?: "running" | "ended" | "failed";
                    /** @description Only those that ran at or after it, RFC 3339. */
                    from?: string;
                    /** @description Only those that ran before it, RFC 3339. */
                    to?: string;
                    /** @description Only those whose id or name contains it; ASCII letters without regard to case. */
                    q?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Of all jobs that the conditions hold for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobTotalsDocument"];
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
    "/api/v1/jobs/{id}/devices/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the power of a job's devices over time */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path: {
                    /** @description Id of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A row per device */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DevicesDocument"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/jobs/{id}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the power of a job over time
         * @description The energies are those that the ledger attributes to it: over its whole life they sum to its footprint.
         */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path: {
                    /** @description Id of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ascending */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SeriesDocument"];
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
    "/api/v1/jobs/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report how far a job has come
         * @description Counters only go forward in time. What adds nothing to an earlier report changes nothing, so that a report may be repeated.
         */
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
                    "application/json": components["schemas"]["StepsRequest"];
                };
            };
            responses: {
                /** @description The report that holds at that moment */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["StepsDocument"];
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
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A counter would go back */
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
    "/api/v1/ledger/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was administered, the last first
         * @description Sites, prices, factors, tokens, projects, periods, statements about jobs: each change names the token that made it, and is chained to the one
         *     before, so that `wattledger verify` finds what was changed without one.
         */
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
                /** @description The last first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ActionDocument"];
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
                    /** @description What starts at or after this moment, a UTC date or RFC 3339. */
                    from?: string;
                    /** @description What starts before this moment. */
                    to?: string;
                    /** @description A closed period, as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an old version. */
                    period?: string;
                    /** @description Of this project's jobs. */
                    project?: string;
                    /** @description Of this job. */
                    job?: string;
                    /** @description On this node. */
                    node?: string;
                    /** @description At this site. */
                    site?: string;
                    /** @description That starts in this month, such as 2026-03. */
                    month?: string;
                    /** @description That starts on this day, such as 2026-03-29. */
                    day?: string;
                    /** @description That starts in this hour, as a report by hour names it, such as 2026-03-29T01:00+01:00. */
                    hour?: string;
                    /** @description Whose midnights dates mean, and whose hour, day or month that is: an IANA name such as Europe/Berlin; UTC without it. */
                    timezone?: string;
                    /** @description Of jobs with this label, `KEY=VALUE`. */
                    label?: string;
                    /** @description Of jobs that lack it: `project` or `label:KEY`. */
                    without?: string;
                    /** @description `true`: held by nobody; `false`: held by jobs. */
                    idle?: boolean;
                    /** @description `true`: with a factor that may be revised or stands in for a finer one; `false`: with one that stays. */
                    provisional?: boolean;
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
    "/api/v1/ledger/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Split a sum into final, provisional and open
         * @description `final` + `provisional` + `open` is `total`, as integers; the energies of `factors` sum to it too.
         */
        get: {
            parameters: {
                query?: {
                    /** @description What starts at or after this moment, a UTC date or RFC 3339. */
                    from?: string;
                    /** @description What starts before this moment. */
                    to?: string;
                    /** @description A closed period, as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an old version. */
                    period?: string;
                    /** @description Of this project's jobs. */
                    project?: string;
                    /** @description Of this job. */
                    job?: string;
                    /** @description On this node. */
                    node?: string;
                    /** @description At this site. */
                    site?: string;
                    /** @description That starts in this month, such as 2026-03. */
                    month?: string;
                    /** @description That starts on this day, such as 2026-03-29. */
                    day?: string;
                    /** @description That starts in this hour, as a report by hour names it, such as 2026-03-29T01:00+01:00. */
                    hour?: string;
                    /** @description Whose midnights dates mean, and whose hour, day or month that is: an IANA name such as Europe/Berlin; UTC without it. */
                    timezone?: string;
                    /** @description Of jobs with this label, `KEY=VALUE`. */
                    label?: string;
                    /** @description Of jobs that lack it: `project` or `label:KEY`. */
                    without?: string;
                    /** @description `true`: held by nobody; `false`: held by jobs. */
                    idle?: boolean;
                    /** @description `true`: with a factor that may be revised or stands in for a finer one; `false`: with one that stays. */
                    provisional?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The parts of the sum, with factors and the addresses of its entries */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Breakdown"];
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
                /** @description No such job or project */
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
    "/api/v1/ledger/restate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post anew, with a reason, what newer factors or another PUE change
         * @description Each entry whose factor, PUE or zone would be another now is reversed and posted again. Closed periods keep their figures.
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
                    "application/json": components["schemas"]["RestateRequest"];
                };
            };
            responses: {
                /** @description Old, new and the difference */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RestateDocument"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/nodes/{id}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the power of a node over time
         * @description The sum of its devices that no other device contains.
         */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path: {
                    /** @description Name of the node */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ascending */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SeriesDocument"];
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
                /** @description No such node */
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/periods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List reporting periods, in the order in which they were closed first
         * @description A token that is bound to a project sees those that have jobs of it.
         */
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
                /** @description By number */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_PeriodItem"];
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
         * Close a reporting period
         * @description Its figures stay from then on: late data and revised factors show as a difference, and enter only by restating it.
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
                    "application/json": components["schemas"]["PeriodRequest"];
                };
            };
            responses: {
                /** @description Closed */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Period"];
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
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Something in it is not posted yet, it has not ended, or its name or time is taken */
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
    "/api/v1/periods/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a period: as closed, as it would be now, and why they differ */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the period */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The period; of one project's jobs for a token that is bound to it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Period"];
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
                /** @description No such period */
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
    "/api/v1/periods/{id}/restate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the current figures of a period as its next version; the old ones stay */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the period */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReasonRequest"];
                };
            };
            responses: {
                /** @description The period */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Period"];
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
                /** @description No such period */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Something in it is not posted yet, or nothing has changed */
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
    "/api/v1/power": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the power of the fleet over time, by project, site or node
         * @description A token that is bound to a project sees that project's jobs alone, and no idle devices.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `project`, `site` or `node`; `project` without it. */
                    group_by?: string;
                    /** @description First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after it; without it the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description An area per group */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PowerDocument"];
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
                /** @description The body took too long, or did not arrive whole */
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
                query?: {
                    /** @description First moment, a date or RFC 3339. */
                    from?: string;
                    /** @description First moment after it. */
                    to?: string;
                    /** @description A closed period, as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an old version. */
                    period?: string;
                    /** @description `project` (when not given), `job`, `node`, `site`, `month`, `day`, `hour` or `label:KEY`. */
                    group_by?: string;
                    /** @description Only this project's jobs. */
                    project?: string;
                    /** @description Whose midnights dates mean, and whose hours, days and months are grouped by: an IANA name such as Europe/Berlin; UTC without it. */
                    timezone?: string;
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
                        "application/json": components["schemas"]["EmissionsDocument"];
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
    "/api/v1/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List requests and overrides, newest first */
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
                /** @description Newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_BudgetOverride"];
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
    "/api/v1/requests/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grant a request
         * @description The job passes when it is asked for again with its key, until the override expires.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the request */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OverrideRequest"];
                };
            };
            responses: {
                /** @description The override */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
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
                /** @description No open request */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/requests/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse a request */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of the request */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WordsRequest"];
                };
            };
            responses: {
                /** @description The request */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
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
                /** @description No open request */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The token behind the session or the request */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionDocument"];
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
         * Sign in with a token
         * @description Sets the cookie of the session, which then stands in for the token. A session that the browser had before ends.
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
                    "application/json": components["schemas"]["SignInRequest"];
                };
            };
            responses: {
                /** @description Signed in; Set-Cookie holds the session */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionDocument"];
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
                /** @description Asked from another site */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long, or did not arrive whole */
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
                /** @description Too many failed sign-ins; Retry-After says when to come back */
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
        /** Sign out */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The session has ended and its cookie is taken back */
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/sites/{id}/idle-owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say who acts on the energy that nobody holds at a site */
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
                    "application/json": components["schemas"]["IdleOwnerRequest"];
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/sites/{id}/price": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * State the price of a site's energy from some moment on
         * @description Reports price energy, and the overhead beside it, by the price at its time. Closed periods keep theirs.
         */
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
                    "application/json": components["schemas"]["PriceRequest"];
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
                /** @description The body took too long, or did not arrive whole */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The site pays in another currency */
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
                /** @description The body took too long, or did not arrive whole */
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
    "/api/v1/sites/{id}/zone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say in which grid zone a site is from some moment on
         * @description What is open takes the zone at once, what is posted keeps its factor until it is restated.
         */
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
                    "application/json": components["schemas"]["ZoneRequest"];
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
                /** @description The body took too long, or did not arrive whole */
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
                /** @description The body took too long, or did not arrive whole */
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
        /** Whether requests should be sent here: the store answers and takes changes, and no shutdown has begun */
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
    "/sign-in/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sign in with a link that works once
         * @description A look without visiting (HEAD, a browser's prefetch) does not use it up.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Code of the link */
                    code: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed in; on to the app */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A page that says that the link was used or has expired */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": string;
                    };
                };
                /** @description Too many failed sign-ins; Retry-After says when to come back */
                429: {
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
        /** @description How often jobs stayed within the p95 that was held for them. */
        AccuracyDocument: {
            /**
             * Format: double
             * @description The share; 0.95 is the aim, `null` without jobs.
             */
            hit_rate?: number | null;
            /**
             * Format: int64
             * @description Admissions with known energy.
             */
            jobs: number;
            /** @description How much of its p95 each of them used, in steps of 5 %, lowest first; steps without a job are left out. */
            used: components["schemas"]["UsedDocument"][];
            /**
             * Format: int64
             * @description Those that stayed within their p95.
             */
            within_p95: number;
        };
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
        /** @description Something that was administered. */
        ActionDocument: {
            at: string;
            /** @description The state of it afterwards; `null` where nothing is left of it. */
            body?: unknown;
            /** @description Id of the token; `null` for the service itself. */
            by?: string | null;
            /** @description SHA-256 over the hash of the action before and this one's content, in hexadecimal. */
            hash: string;
            /**
             * Format: int64
             * @description Number in the chain of actions, from 1.
             */
            id: number;
            /**
             * @description What kind of thing it is about: `site`, `pue`, `zone`, `price`, `idle_owner`, `node_site`, `project`, `token`, `job`, `factors`, `period`,
             *     `restatement`.
             */
            kind: string;
            /** @description Which of them. */
            subject: string;
        };
        /** @description An admission and what became of it. */
        AdmissionDocument: {
            /**
             * Format: int64
             * @description What it used, once that is known, mJ.
             */
            actual_mj?: number | null;
            /** @description What was answered. */
            answer: components["schemas"]["Decision"];
            decided: string;
            /** @description Every decision on it, oldest first; empty in lists. */
            decisions: components["schemas"]["DecisionDocument"][];
            /** @description When the hold ends unless its job is metered or it is renewed. */
            expires: string;
            holds: components["schemas"]["HoldDocument"][];
            id: string;
            /** @description Identity of the job that settles it. */
            job?: string | null;
            key?: string | null;
            /**
             * Format: int64
             * @description IT energy that the ledger has of the job, mJ.
             */
            metered_mj: number;
            /**
             * Format: int64
             * @description What it used above its hold, mJ.
             */
            overrun_mj?: number | null;
            /** @description What was expected. */
            p50: components["schemas"]["Weight"];
            /** @description What was reserved. */
            p95: components["schemas"]["Weight"];
            project: string;
            resolved?: string | null;
            /** @description `checked`: nothing was to be held; `committed`: settled by its caller; `settled`: by the ledger. */
            state: components["schemas"]["AdmissionState"];
            /**
             * Format: int32
             * @description Seconds between SIGTERM and SIGKILL of a job that is to be stopped.
             */
            stop_after_s?: number | null;
            /** @description `breaking` where the job will use more than it holds, `stop` where it is to be stopped for that; else empty. */
            told: string;
        };
        /** @description A job that asks whether it may run. */
        AdmissionRequest: {
            /** @description Hold nothing and write nothing. */
            dry_run?: boolean;
            /** @description Submission key: the same key and job get the same answer and hold once. */
            key?: string | null;
            /** @description Hold the p95 if it may run; without, the key stands for the job and nothing is held. */
            reserve?: boolean;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description What became of an admission.
         * @enum {string}
         */
        AdmissionState: "held" | "denied" | "checked" | "committed" | "settled" | "released" | "expired";
        /** @description A sum, how good it is, and the way to what it is the sum of. */
        Aggregate: {
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
            /** @description What the energy costs, a line per currency; absent where no site has a price. */
            energy_cost?: components["schemas"]["Cost"][];
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
            /** @description Address of the sum split into final, provisional and open, with its factors and entries. */
            explain: string;
            /** @description How good it is. */
            quality: components["schemas"]["ReportQuality"];
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
            /** @description What the energy costs, a line per currency; absent where no site has a price. */
            energy_cost?: components["schemas"]["Cost"][];
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
        /** @description An answer, in the version that asked. */
        Answer: {
            /** @description As asked. */
            apiVersion: string;
            /** @description `AdmissionReview`. */
            kind: string;
            /** @description The decision. */
            response: components["schemas"]["Response"];
        };
        /** @description Where a node stands. */
        AssignmentRequest: {
            /** @description A UTC date or RFC 3339; ever since 1970 without it. */
            since?: string | null;
            site: string;
        };
        /** @description Something that an estimate takes for granted. */
        Assumption: {
            /** @description What. */
            name: string;
            /** @description Where that is from. */
            source: string;
            /** @description Its value, with unit. */
            value: string;
        };
        /** @description One thing that an operator should look at. */
        AttentionItem: {
            /** @description `agent_late`, `clock_ahead`, `coverage_low`, `node_without_site`, `held_idle`, `job_silent`, `windows_set_aside`, `gaps_reported`, `factors_provisional`, `factors_stale`, `budget_breaking`, `hold_breaking` or `exception_requested`. */
            kind: string;
            /** @description One or two sentences: what is wrong, and what to do about it. */
            message: string;
            /** @description How urgent it is. */
            severity: components["schemas"]["Severity"];
            /** @description Since when this has been so, RFC 3339, whole seconds; `null` where that is not known. */
            since?: string | null;
            /** @description The node, device, job, zone, budget or request that it is about. */
            subject: components["schemas"]["Subject"];
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
        /** @description A sum and its parts; `final` + `provisional` + `open` is `total`, as integers. */
        Breakdown: {
            /** @description The same on the command line. */
            command: string;
            /** @description The factors, the largest energy first; their energies sum to the total. */
            factors: components["schemas"]["FactorShare"][];
            /** @description Posted with factors that stay. */
            final: components["schemas"]["PostedSlice"];
            /** @description By how dirty the grid was, the cleanest first; a step without energy is left out. They sum to the total. */
            intensities: components["schemas"]["IntensityShare"][];
            /** @description Not posted yet, at the best factors known. */
            open: components["schemas"]["OpenSlice"];
            /** @description Posted with factors that may be revised or stand in for finer ones. */
            provisional: components["schemas"]["PostedSlice"];
            /** @description All of it. */
            total: components["schemas"]["Slice"];
        };
        /** @description A budget and how it stands. */
        BudgetDocument: (components["schemas"]["PolicyDocument"] | null) & components["schemas"]["StandingDocument"] & {
            created: string;
            /** @description Posted by day; empty in lists. */
            days: components["schemas"]["DayDocument"][];
            /** @description Decisions on the budget, oldest first; empty in lists. */
            decisions: components["schemas"]["DecisionDocument"][];
            id: string;
            /**
             * Format: int64
             * @description Spent and held of the limit, percent.
             */
            percent?: number | null;
            /** @description The period that runs; `null` outside of fixed dates. */
            period_from?: string | null;
            /** @description Its end. */
            period_to?: string | null;
            /** @description Why its policy cannot be read; then nothing is admitted. */
            policy_error?: string | null;
            retired?: string | null;
            /** @description What needs someone, in words. */
            warning?: string | null;
        };
        /** @description A request for an exception, or an override. */
        BudgetOverride: {
            /** @description Number of the admission that it is for; `null` for all of the budget. */
            admission?: string | null;
            asked?: string | null;
            asked_by?: string | null;
            asked_reason?: string | null;
            /** @description Number of the budget that is overridden; `null` for all that denied the admission. */
            budget?: string | null;
            decided?: string | null;
            /** @description Until when it holds. */
            expires?: string | null;
            id: string;
            /** @description Who decided. */
            name?: string | null;
            project?: string | null;
            reason?: string | null;
            /** @description `requested`, `approved` or `refused`. */
            state: string;
        };
        /** @description What one budget says of a demand; amounts in its unit, mJ or µg. */
        BudgetShare: {
            /** @description Number of the budget. */
            budget: string;
            /** @description Whether the demand fits. */
            fits: boolean;
            /**
             * Format: int64
             * @description Free before.
             */
            free: number;
            /**
             * Format: int64
             * @description Held before, by others.
             */
            held: number;
            /**
             * Format: int64
             * @description Its limit in the period, with what was carried over.
             */
            limit: number;
            mode?: components["schemas"]["Mode"] | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description What the demand needs of it (p95).
             */
            needed: number;
            /**
             * Format: int64
             * @description Spent before.
             */
            spent: number;
            unit?: components["schemas"]["Unit"] | null;
            /** @description End of the period, RFC 3339. */
            until: string;
            /** @description What it means in words. */
            words: string;
        };
        /** @description Something changed: what it is, which one, and whose it is. */
        Change: {
            /** @description Its id or name; of a batch agent, boot and sequence; of entries how many are new. */
            id: string;
            /** @description Its project; `null` where it concerns none. */
            project?: string | null;
            /** @description `batch`, `job`, `entries`, `project`, `site`, `node`, `factors`, `period`, `budget`, `admission` or `request`. */
            what: string;
        };
        /** @description The emission factor that was chosen for a zone or region, as JSON. */
        ChoiceDocument: components["schemas"]["FactorDocument"] & {
            /** @description What that step means. */
            fallback: string;
            /**
             * Format: int32
             * @description Step of the order in which factors are looked for: 1 is an hourly measured value, 6 a yearly national one.
             */
            fallback_step: number;
            /** @description What a reader must know: which factor stands in for which, how old it is, what the value leaves out. */
            notes: string[];
            /** @description The zone or region as asked for. */
            requested: string;
        };
        /** @description What a job used. */
        CommitRequest: {
            /**
             * Format: int64
             * @description Its CO2e, µg; its energy at the intensity of the estimate without.
             */
            co2e_ug?: number | null;
            /**
             * Format: int64
             * @description Its energy, mJ; what the ledger has of it without.
             */
            energy_mj?: number | null;
        };
        /** @description Jobs side by side. */
        CompareDocument: {
            /**
             * Format: int64
             * @description A held accelerator whose mean power over a window is below this share of its limit is held-idle in it, percent.
             */
            held_idle_below_percent_of_limit: number;
            /** @description In the order asked for. */
            jobs: components["schemas"]["ComparedJob"][];
        };
        /** @description A job and what follows from its footprint; `null` is unknown. */
        ComparedJob: components["schemas"]["JobFootprint"] & {
            /**
             * Format: double
             * @description Its share of the time of its accelerators.
             */
            device_hours: number;
            /**
             * Format: double
             * @description From its start to its end, or until now.
             */
            duration_s?: number | null;
            /**
             * Format: double
             * @description IT energy, that of the hosts too, by device hour.
             */
            energy_kwh_per_device_hour?: number | null;
            /**
             * Format: double
             * @description Share of `device_hours` in which the accelerators did next to nothing, 0 to 1.
             */
            held_idle_share?: number | null;
            /**
             * Format: double
             * @description Location-based CO2e over IT energy.
             */
            intensity_g_per_kwh?: number | null;
            /**
             * Format: int64
             * @description Mean power of an accelerator while held.
             */
            power_mean_mw_per_device?: number | null;
        };
        /** @description What energy of one currency costs. */
        Cost: {
            /**
             * Format: double
             * @description Derived from `amount_micro`, in the currency's unit.
             */
            amount: number;
            /**
             * Format: int64
             * @description Millionths of the currency's unit.
             */
            amount_micro: number;
            /** @description ISO 4217. */
            currency: string;
            /**
             * Format: int64
             * @description The energy that has this price; the rest of the line has none.
             */
            energy_mj: number;
        };
        /** @description What was spent on one day. */
        DayDocument: {
            /** @description The date by the clocks of the budget. */
            day: string;
            /**
             * Format: int64
             * @description Posted on it, in the budget's unit: mJ or µg.
             */
            spent: number;
        };
        /** @description The answer to a demand. */
        Decision: {
            /** @description Whether the job may run. */
            allowed: boolean;
            /** @description Every budget that applies. */
            budgets: components["schemas"]["BudgetShare"][];
            /** @description The estimate that was held against the budgets. */
            estimate: components["schemas"]["EstimateDocument"];
            /** @description Whether something is held now. */
            held: boolean;
            /** @description Number of the admission; `null` of a dry run. */
            id?: string | null;
            /** @description The submission key. */
            key?: string | null;
            /** @description What would fit; empty when it is allowed. */
            options: components["schemas"]["FitOption"][];
            /** @description Why, for people: what is needed, what is free, until when. */
            reason: string;
            /** @description What should be known although it is allowed. */
            warnings: string[];
        };
        /** @description A recorded decision. */
        DecisionDocument: {
            /** @description What was done. */
            action: string;
            /** @description When. */
            at: string;
            /** @description Id of the token, or `service`. */
            by: string;
            /** @description What was known then. */
            document: Record<string, never>;
        };
        /** @description A metered device. */
        DeviceDocument: {
            /** @description The device whose energy already contains this one's. */
            counted_in?: string | null;
            /**
             * Format: int64
             * @description Its number, by which `/devices/{id}/series` knows it.
             */
            id: number;
            /** Format: int32 */
            index: number;
            /** @description `accelerator`, `host` or `platform`. */
            kind: string;
            /** Format: int64 */
            limit_mw: number;
            name: string;
            node: string;
            /** @description Where its node stands; `unassigned` until it is said. */
            site: string;
            uuid: string;
        };
        /** @description A device by its identity, and by its node where several nodes have one of that identity. */
        DeviceRequest: string | {
            node?: string | null;
            uuid: string;
        };
        /** @description Power of devices, each a row of a heat map. */
        DevicesDocument: {
            /**
             * Format: int64
             * @description Length of a bucket.
             */
            bucket_s: number;
            /** @description By number of the device. */
            devices: components["schemas"]["JobDevice"][];
            from: string;
            /** @description Start of each bucket in which one of them has windows, ms since 1970. */
            start_ms: number[];
            to: string;
        };
        /** @description A report, and who let what pass in its time. */
        EmissionsDocument: components["schemas"]["Report"] & {
            /** @description Overrides of budgets that were granted in this time, newest first. */
            overrides: components["schemas"]["BudgetOverride"][];
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
        /** @description An estimate as it is sent. */
        EstimateDocument: {
            /**
             * Format: int64
             * @description Accelerators.
             */
            accelerators: number;
            /** @description What was taken for granted. */
            assumptions: components["schemas"]["Assumption"][];
            /** @description What the power is from: `stated`, `alike` (jobs of the same project and name), `fleet` (jobs on the same accelerator) or `prior`. */
            basis: string;
            /**
             * Format: double
             * @description The same, derived.
             */
            co2e_t: number;
            /**
             * Format: int64
             * @description Expected CO2e, location-based, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description Expected facility energy (p50), mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description The same, derived.
             */
            energy_mwh: number;
            /**
             * Format: double
             * @description Wall time that is expected, hours.
             */
            expected_hours: number;
            /**
             * Format: double
             * @description Wall time that is held, hours.
             */
            hours: number;
            /**
             * Format: int32
             * @description Carbon intensity, mg/kWh.
             */
            intensity_mg_per_kwh: number;
            /** @description Exceeded by one job in twenty: what is held. */
            p95: components["schemas"]["Weight"];
            /**
             * Format: double
             * @description Mean power of one accelerator with its share of the host, W.
             */
            power_w: number;
            /**
             * Format: double
             * @description Facility energy / IT energy.
             */
            pue: number;
            /** @description `E`: an estimate, nothing of this job is measured. */
            tier: string;
        };
        /** @description A job to come. */
        EstimateRequest: {
            /** @description Accelerator: key of the bundled table, NVML name, or family such as A100. */
            accelerator: string;
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * Format: double
             * @description Wall time, hours. An admission without takes the longest that a budget of it gives such jobs.
             */
            hours?: number | null;
            /**
             * Format: double
             * @description Carbon intensity, 0 to 1500 g/kWh.
             */
            intensity?: number | null;
            /** @description Identity under which the ledger will know it; the submission key without it. */
            job?: string | null;
            /** @description Labels. */
            labels?: {
                [key: string]: string;
            };
            /** @description Name of the job, container image or script: jobs of one name are taken to be alike. */
            name?: string | null;
            /**
             * Format: double
             * @description p95 / p50 of the power, 1 to 10, where who asks knows it better than the service.
             */
            p95_over_p50?: number | null;
            /**
             * Format: double
             * @description Mean power of one accelerator with its share of the host, W.
             */
            power_w?: number | null;
            /** @description The project, whose earlier jobs tell. */
            project?: string | null;
            /**
             * Format: double
             * @description Facility energy / IT energy, 1 to 3; the site's without it.
             */
            pue?: number | null;
            /** @description Cloud region, `provider/region`. */
            region?: string | null;
            /** @description Site of this service that it will run at; the only one there is without it. */
            site?: string | null;
            /** @description When it is to start, RFC 3339; now without it. */
            start?: string | null;
            /** @description Who submits it. */
            user?: string | null;
            /**
             * Format: double
             * @description Mean share of the TDP, above 0 to 1, in place of the accelerator's prior.
             */
            utilisation?: number | null;
            /** @description Grid zone. */
            zone?: string | null;
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
         * @description An emission factor as JSON; the keys `zone`, `g_per_kwh`, `basis`, `gas`, `accounting`, `edition`, `licence`,
         *     `period` and `fallback_step` are pinned.
         */
        FactorDocument: {
            /** @description Whose electricity the factor describes: average, marginal, residual or a supplier's. */
            accounting: components["schemas"]["Accounting"];
            /** @description Whether only combustion at the plant is counted, or the whole life cycle. */
            basis: components["schemas"]["Basis"];
            /** @description Release of the data. */
            edition: string;
            /**
             * Format: double
             * @description Intensity in g per kWh, derived from `intensity_mg_per_kwh`.
             */
            g_per_kwh: number;
            /** @description Whether only CO2 is counted, or all greenhouse gases as CO2e. */
            gas: components["schemas"]["Gas"];
            /**
             * Format: int32
             * @description Intensity in mg per kWh, exact.
             */
            intensity_mg_per_kwh: number;
            /** @description Licence under which the value is published. */
            licence: string;
            /** @description Name of the zone. */
            name: string;
            /** @description A caveat about the value; left out when there is none. */
            note?: string;
            /** @description Time that the value describes, an ISO 8601 interval with an exclusive end. */
            period: string;
            /** @description Publisher of the data. */
            publisher: string;
            /** @description Length of time that one value covers. */
            resolution: components["schemas"]["Resolution"];
            /** @description Whether the value is measured, provisional, a forecast, or stands in for a finer one. */
            status: components["schemas"]["Status"];
            /** @description Code of the zone. */
            zone: string;
        };
        /** @description A factor and what was computed with it. Factors that differ in their time alone are one. */
        FactorShare: components["schemas"]["FactorUsed"] & {
            /**
             * Format: int64
             * @description Its CO2e, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description IT energy, mJ.
             */
            energy_mj: number;
            /**
             * Format: int64
             * @description How many entries count: neither reversed nor reversals.
             */
            entries: number;
            /**
             * Format: int32
             * @description Highest carbon intensity, mg/kWh.
             */
            intensity_max_mg_per_kwh: number;
            /**
             * Format: int32
             * @description Lowest carbon intensity, mg/kWh.
             */
            intensity_min_mg_per_kwh: number;
            /**
             * Format: int64
             * @description CO2e of the facility overhead, µg.
             */
            overhead_co2e_ug: number;
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
        /** @description The figures of a time. */
        Figures: {
            /** @description Held by nobody. */
            idle: components["schemas"]["Amount"];
            /** @description `total` + `idle`. */
            metered: components["schemas"]["Amount"];
            /** @description Facility overhead of both. */
            overhead: components["schemas"]["Amount"];
            /** @description Energy of jobs. */
            total: components["schemas"]["Amount"];
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
        /** @description A demand that would be admitted now, or when it says. */
        FitOption: {
            /** @description A command that asks for it. */
            command: string;
            /**
             * Format: int64
             * @description Accelerators.
             */
            count: number;
            /**
             * Format: double
             * @description Wall time, hours.
             */
            hours: number;
            /** @description `fewer_accelerators`, `shorter_limit`, `greener_start`, `other_site` or `next_period`. */
            kind: string;
            /** @description What it would hold. */
            p95: components["schemas"]["Weight"];
            /** @description Site, where it is another. */
            site?: string | null;
            /** @description When it starts, RFC 3339; now without it. */
            start?: string | null;
            /** @description In words. */
            title: string;
        };
        /** @description A time about which a device's windows say less than they should. */
        GapDocument: {
            /**
             * Format: int64
             * @description Number of the batch that says so.
             */
            batch: number;
            /**
             * Format: int64
             * @description Number of the device.
             */
            device: number;
            end: string;
            node: string;
            /** @description `agent_stopped`, `unread`, `dropped`, or `merged`, in which no energy is missing. */
            reason: string;
            start: string;
            uuid: string;
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
        /** @description What an admission holds of one budget, in its unit, mJ or µg. */
        HoldDocument: {
            budget: string;
            /**
             * Format: int64
             * @description What is still held.
             */
            held: number;
            /**
             * Format: int64
             * @description What was reserved.
             */
            reserved: number;
            /**
             * Format: int64
             * @description What was used and is not in the ledger.
             */
            settled: number;
        };
        /** @description Who acts on a site's idle energy. */
        IdleOwnerRequest: {
            /** @description A project, a team or an address, a name; nobody when it is `null`. */
            owner?: string | null;
        };
        /** @description What was imported. */
        ImportDocument: {
            /** @description Those that were not known of this edition. */
            new: number;
            /** @description Posted entries of that time that would have another factor now. They keep theirs until they are restated. */
            outdated_entries: number;
            /** @description The command that restates them; `null` where there are none. */
            restate?: string | null;
            /** @description Intervals in the file. */
            rows: number;
        };
        /** @description Carbon intensity over time, mg/kWh. */
        IntensityDocument: {
            /**
             * Format: int64
             * @description Length of a bucket.
             */
            bucket_s: number;
            factor?: components["schemas"]["IntensityFactor"] | null;
            from: string;
            /** @description Mean over the bucket. */
            intensity_mg_per_kwh: number[];
            max: number[];
            min: number[];
            /** @description Those that describe the rest. */
            other_factors: components["schemas"]["IntensityFactor"][];
            /** @description Start of each bucket, ms since 1970. */
            start_ms: number[];
            /** @description The least certain of each bucket. */
            status: components["schemas"]["Status"][];
            to: string;
            zone: string;
        };
        /** @description The emission factor behind an intensity, with its full type. */
        IntensityFactor: {
            /** @description Whose electricity the factor describes: average production or consumption, residual, or a supplier's. */
            accounting: components["schemas"]["Accounting"];
            /** @description Whether only combustion at the plant is counted, or the whole life cycle. */
            basis: components["schemas"]["Basis"];
            /** @description Release of the data. */
            edition: string;
            /**
             * Format: int32
             * @description Step of the order in which factors are looked for: 1 is an hourly measured value, 6 a yearly national one.
             */
            fallback_step: number;
            /** @description Whether only CO2 is counted, or all greenhouse gases as CO2e. */
            gas: components["schemas"]["Gas"];
            /** @description Licence of the values. */
            licence: string;
            /** @description What a reader must know about the factor, one sentence each. */
            notes: string[];
            /** @description Publisher of the data. */
            publisher: string;
            /** @description `interval` for a factor of an hour or less, or `yearly`. */
            resolution: string;
            /** @description Code of the zone. */
            zone: string;
        };
        /** @description What was burnt at intensities of one step of a scale that never changes. */
        IntensityShare: {
            /**
             * Format: int32
             * @description Lowest intensity above the step; `null` of the last.
             */
            below_g_per_kwh?: number | null;
            /**
             * Format: int64
             * @description Its CO2e, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description IT energy, mJ.
             */
            energy_mj: number;
            /**
             * Format: int32
             * @description Lowest intensity of the step, g/kWh.
             */
            from_g_per_kwh: number;
        };
        /** @description One device, or the part of a job on it. */
        JobDevice: {
            /**
             * Format: int64
             * @description Sum of the buckets.
             */
            energy_mj: number;
            /** Format: int64 */
            id: number;
            /** Format: int32 */
            index: number;
            name: string;
            node: string;
            /** @description As long as `start_ms`; `null` where the device has no windows. */
            power_mean_mw: (number | null)[];
            uuid: string;
        };
        /** @description A job. */
        JobDocument: {
            /** Format: int32 */
            attempt?: number | null;
            /**
             * Format: double
             * @description From its start to its end, or until now; `null` without a start.
             */
            duration_s?: number | null;
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
            /** @description `running`, or `ended` once its end has come. */
            state: components["schemas"]["Progress"];
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
            /** @description Address of the sum split into final, provisional and open, with its factors and entries. */
            explain: string;
            /** @description The same with overhead, quality, and the part that is not posted yet. */
            footprint: components["schemas"]["Report"];
            /**
             * Format: double
             * @description `energy_kwh` per step; `null` where none was reported.
             */
            kwh_per_step?: number | null;
            /** @description How good it is. */
            quality: components["schemas"]["ReportQuality"];
            /**
             * Format: int64
             * @description Training samples that it reported with them.
             */
            samples?: number | null;
            /**
             * Format: int64
             * @description Training steps that it reported last.
             */
            steps?: number | null;
        };
        /** @description A job of a list and its IT energy, posted and open; `null` is unknown. */
        JobItem: components["schemas"]["JobDocument"] & {
            /**
             * Format: double
             * @description Derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of it, what is open at the best factors known.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description Its share of the time of its accelerators, µs.
             */
            device_us?: number | null;
            /**
             * Format: double
             * @description Derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description Posted and open.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description `held_idle_us` over `device_us`, 0 to 1.
             */
            held_idle_share?: number | null;
            /**
             * Format: int64
             * @description What of it they did next to nothing in.
             */
            held_idle_us?: number | null;
            /**
             * Format: double
             * @description Location-based CO2e over IT energy.
             */
            intensity_g_per_kwh?: number | null;
            /**
             * Format: double
             * @description `energy_kwh` per step.
             */
            kwh_per_step?: number | null;
            /**
             * Format: int64
             * @description Training steps that it reported last.
             */
            steps?: number | null;
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
        /** @description The jobs of a filter by how they stand. */
        JobTotalsDocument: {
            /** @description Those that have ended with another exit status than 0. */
            failed: components["schemas"]["JobTotalsPart"];
            /** @description Those that run. */
            running: components["schemas"]["JobTotalsPart"];
            /** @description Those that have ended without failing. */
            succeeded: components["schemas"]["JobTotalsPart"];
        };
        /** @description How many jobs of one kind, and what they used. */
        JobTotalsPart: {
            /**
             * Format: double
             * @description Derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of it.
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
            /**
             * Format: int64
             * @description How many.
             */
            jobs: number;
        };
        /**
         * @description What happens to an admission that does not fit.
         * @enum {string}
         */
        Mode: "observe" | "warn" | "block";
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
        /** @description What open accounts sum to. */
        OpenSlice: components["schemas"]["Slice"] & {
            /** @description How many accounts. */
            accounts: number;
        };
        /**
         * @description What a gate answers when the service does not.
         * @enum {string}
         */
        Outage: "open" | "closed";
        /** @description Who lets something pass, why, and until when. */
        OverrideRequest: {
            /** @description Until when, RFC 3339. */
            expires: string;
            /** @description Who answers for it. */
            name: string;
            /** @description Why. */
            reason: string;
        };
        /** @description One page of a list. */
        Page_ActionDocument: {
            /** @description The items, in the order of the list. */
            items: {
                at: string;
                /** @description The state of it afterwards; `null` where nothing is left of it. */
                body?: unknown;
                /** @description Id of the token; `null` for the service itself. */
                by?: string | null;
                /** @description SHA-256 over the hash of the action before and this one's content, in hexadecimal. */
                hash: string;
                /**
                 * Format: int64
                 * @description Number in the chain of actions, from 1.
                 */
                id: number;
                /**
                 * @description What kind of thing it is about: `site`, `pue`, `zone`, `price`, `idle_owner`, `node_site`, `project`, `token`, `job`, `factors`, `period`,
                 *     `restatement`.
                 */
                kind: string;
                /** @description Which of them. */
                subject: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AdmissionDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /**
                 * Format: int64
                 * @description What it used, once that is known, mJ.
                 */
                actual_mj?: number | null;
                /** @description What was answered. */
                answer: components["schemas"]["Decision"];
                decided: string;
                /** @description Every decision on it, oldest first; empty in lists. */
                decisions: components["schemas"]["DecisionDocument"][];
                /** @description When the hold ends unless its job is metered or it is renewed. */
                expires: string;
                holds: components["schemas"]["HoldDocument"][];
                id: string;
                /** @description Identity of the job that settles it. */
                job?: string | null;
                key?: string | null;
                /**
                 * Format: int64
                 * @description IT energy that the ledger has of the job, mJ.
                 */
                metered_mj: number;
                /**
                 * Format: int64
                 * @description What it used above its hold, mJ.
                 */
                overrun_mj?: number | null;
                /** @description What was expected. */
                p50: components["schemas"]["Weight"];
                /** @description What was reserved. */
                p95: components["schemas"]["Weight"];
                project: string;
                resolved?: string | null;
                /** @description `checked`: nothing was to be held; `committed`: settled by its caller; `settled`: by the ledger. */
                state: components["schemas"]["AdmissionState"];
                /**
                 * Format: int32
                 * @description Seconds between SIGTERM and SIGKILL of a job that is to be stopped.
                 */
                stop_after_s?: number | null;
                /** @description `breaking` where the job will use more than it holds, `stop` where it is to be stopped for that; else empty. */
                told: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AttentionItem: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description `agent_late`, `clock_ahead`, `coverage_low`, `node_without_site`, `held_idle`, `job_silent`, `windows_set_aside`, `gaps_reported`, `factors_provisional`, `factors_stale`, `budget_breaking`, `hold_breaking` or `exception_requested`. */
                kind: string;
                /** @description What is wrong and what to do, in words. */
                message: string;
                /** @description How much it matters. */
                severity: components["schemas"]["Severity"];
                /** @description Since when. */
                since?: string | null;
                /** @description What it is about. */
                subject: components["schemas"]["Subject"];
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_BudgetDocument: {
            /** @description The items, in the order of the list. */
            items: ((components["schemas"]["PolicyDocument"] | null) & components["schemas"]["StandingDocument"] & {
                created: string;
                /** @description Posted by day; empty in lists. */
                days: components["schemas"]["DayDocument"][];
                /** @description Decisions on the budget, oldest first; empty in lists. */
                decisions: components["schemas"]["DecisionDocument"][];
                id: string;
                /**
                 * Format: int64
                 * @description Spent and held of the limit, percent.
                 */
                percent?: number | null;
                /** @description The period that runs; `null` outside of fixed dates. */
                period_from?: string | null;
                /** @description Its end. */
                period_to?: string | null;
                /** @description Why its policy cannot be read; then nothing is admitted. */
                policy_error?: string | null;
                retired?: string | null;
                /** @description What needs someone, in words. */
                warning?: string | null;
            })[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_BudgetOverride: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description Number of the admission that it is for; `null` for all of the budget. */
                admission?: string | null;
                asked?: string | null;
                asked_by?: string | null;
                asked_reason?: string | null;
                /** @description Number of the budget that is overridden; `null` for all that denied the admission. */
                budget?: string | null;
                decided?: string | null;
                /** @description Until when it holds. */
                expires?: string | null;
                id: string;
                /** @description Who decided. */
                name?: string | null;
                project?: string | null;
                reason?: string | null;
                /** @description `requested`, `approved` or `refused`. */
                state: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_DeviceDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description The device whose energy already contains this one's. */
                counted_in?: string | null;
                /**
                 * Format: int64
                 * @description Its number, by which `/devices/{id}/series` knows it.
                 */
                id: number;
                /** Format: int32 */
                index: number;
                /** @description `accelerator`, `host` or `platform`. */
                kind: string;
                /** Format: int64 */
                limit_mw: number;
                name: string;
                node: string;
                /** @description Where its node stands; `unassigned` until it is said. */
                site: string;
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
        Page_GapDocument: {
            /** @description The items, in the order of the list. */
            items: {
                /**
                 * Format: int64
                 * @description Number of the batch that says so.
                 */
                batch: number;
                /**
                 * Format: int64
                 * @description Number of the device.
                 */
                device: number;
                end: string;
                node: string;
                /** @description `agent_stopped`, `unread`, `dropped`, or `merged`, in which no energy is missing. */
                reason: string;
                start: string;
                uuid: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_JobItem: {
            /** @description The items, in the order of the list. */
            items: (components["schemas"]["JobDocument"] & {
                /**
                 * Format: double
                 * @description Derived from `co2e_ug`.
                 */
                co2e_g: number;
                /**
                 * Format: int64
                 * @description Location-based CO2e of it, what is open at the best factors known.
                 */
                co2e_ug: number;
                /**
                 * Format: int64
                 * @description Its share of the time of its accelerators, µs.
                 */
                device_us?: number | null;
                /**
                 * Format: double
                 * @description Derived from `energy_mj`.
                 */
                energy_kwh: number;
                /**
                 * Format: int64
                 * @description Posted and open.
                 */
                energy_mj: number;
                /**
                 * Format: double
                 * @description `held_idle_us` over `device_us`, 0 to 1.
                 */
                held_idle_share?: number | null;
                /**
                 * Format: int64
                 * @description What of it they did next to nothing in.
                 */
                held_idle_us?: number | null;
                /**
                 * Format: double
                 * @description Location-based CO2e over IT energy.
                 */
                intensity_g_per_kwh?: number | null;
                /**
                 * Format: double
                 * @description `energy_kwh` per step.
                 */
                kwh_per_step?: number | null;
                /**
                 * Format: int64
                 * @description Training steps that it reported last.
                 */
                steps?: number | null;
            })[];
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
        Page_PeriodItem: {
            /** @description The items, in the order of the list. */
            items: {
                /** @description When that was closed. */
                closed: string;
                /** @description Id of the token that closed it; `null` for a token that is bound to a project. */
                closed_by?: string | null;
                from: string;
                /** Format: int64 */
                id: number;
                name: string;
                /** @description Address of its report. */
                report: string;
                to: string;
                /**
                 * Format: int64
                 * @description The latest version of its figures.
                 */
                version: number;
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
                /** @description Who acts on the energy that nobody holds. */
                idle_owner?: string | null;
                name: string;
                /**
                 * Format: int64
                 * @description It stays; a site with another one is a new site, to which nodes move.
                 */
                posting_period_minutes: number;
                /** @description Oldest first; empty where energy has no price. */
                price: components["schemas"]["PriceDocument"][];
                /** @description Oldest first. */
                pue: components["schemas"]["PueDocument"][];
                /** @description The zone that it moved to last. */
                zone: string;
                /** @description Oldest first. */
                zones: components["schemas"]["ZoneDocument"][];
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
        /** @description A period: what was closed, what it would be now, and why. */
        Period: components["schemas"]["Restatement"] & {
            /** @description The figures of the latest version. */
            closed: components["schemas"]["Figures"];
            /** @description The figures of now. */
            current: components["schemas"]["Figures"];
            /** @description First moment. */
            from: string;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description Its name. */
            name: string;
            /** @description First moment after it. */
            to: string;
            /**
             * Format: int64
             * @description The latest version.
             */
            version: number;
            /** @description Every version, oldest first. */
            versions: components["schemas"]["PeriodVersion"][];
        };
        /** @description A period in a list. */
        PeriodItem: {
            /** @description When that was closed. */
            closed: string;
            /** @description Id of the token that closed it; `null` for a token that is bound to a project. */
            closed_by?: string | null;
            from: string;
            /** Format: int64 */
            id: number;
            name: string;
            /** @description Address of its report. */
            report: string;
            to: string;
            /**
             * Format: int64
             * @description The latest version of its figures.
             */
            version: number;
        };
        /**
         * @description How long a limit lasts.
         * @enum {string}
         */
        PeriodKind: "week" | "month" | "quarter" | "year" | "fixed";
        /** @description A period to close. */
        PeriodRequest: {
            /** @description First moment, a UTC date or RFC 3339. */
            from: string;
            /** @description For people; its two dates without it. */
            name?: string | null;
            /** @description First moment after it, which has passed. */
            to: string;
        };
        /** @description One closing of a period. */
        PeriodVersion: {
            change?: components["schemas"]["Restatement"] | null;
            /** @description When it was closed. */
            closed: string;
            /** @description Id of the token that closed it; `null` for who is bound to one project. */
            closed_by?: string | null;
            /**
             * Format: int64
             * @description How many entries the ledger had then.
             */
            entries: number;
            /** @description Its figures. */
            figures: components["schemas"]["Figures"];
            /** @description Hash of the last of them, in hexadecimal. */
            head: string;
            /** @description Why it was restated; `null` for the first. */
            reason?: string | null;
            /** @description Address of its report. */
            report: string;
            /** @description SHA-256 over everything that its figures depend on, in hexadecimal. */
            seal: string;
            /**
             * Format: int64
             * @description From 1.
             */
            version: number;
        };
        /** @description The policy of a budget as it is sent, stored and shown. */
        PolicyDocument: {
            /**
             * Format: double
             * @description Wall time of a job that states none, hours; such a job is refused without it.
             */
            default_hours?: number | null;
            /** @description With period `fixed`: first date, or moment. */
            from?: string | null;
            /** @description With scope `label`: the label as `KEY=VALUE`. */
            label?: string | null;
            /**
             * Format: int64
             * @description With unit `energy`: facility energy, mJ.
             */
            limit_mj?: number | null;
            /**
             * Format: int64
             * @description With unit `co2e`: location-based CO2e, µg.
             */
            limit_ug?: number | null;
            /** @description What happens to an admission that does not fit. */
            mode: components["schemas"]["Mode"];
            /** @description Its name, unique. */
            name: string;
            /** @description What a gate answers when the service does not. */
            outage?: components["schemas"]["Outage"];
            /** @description How long the limit lasts. */
            period: components["schemas"]["PeriodKind"];
            /** @description With scope `project`: the project. */
            project?: string | null;
            /** @description What a period leaves to the next. */
            roll_over?: components["schemas"]["RollOver"];
            /** @description Whose energy it counts. */
            scope: components["schemas"]["ScopeKind"];
            /** @description With scope `site`: the site. */
            site?: string | null;
            /**
             * Format: int32
             * @description Stop a running job that breaks its hold: seconds between SIGTERM and SIGKILL. Never without it.
             */
            stop_after_s?: number | null;
            /** @description Percent of the limit, spent and held, from which on it warns; 50, 80 and 95 without it. */
            thresholds?: number[];
            /** @description IANA time zone in which the period begins; UTC without it. */
            time_zone?: string;
            /** @description With period `fixed`: first date, or moment, after it. */
            to?: string | null;
            /** @description What it counts. */
            unit: components["schemas"]["Unit"];
            /** @description With scope `user`: the user. */
            user?: string | null;
        };
        /** @description What entries sum to. */
        PostedSlice: components["schemas"]["Slice"] & {
            /**
             * Format: int64
             * @description How many entries, reversals among them.
             */
            entries: number;
            /** @description Address of the entries. */
            link: string;
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
        /** @description Power of the fleet by group, as stacked areas. */
        PowerDocument: {
            /**
             * Format: int64
             * @description Length of a bucket.
             */
            bucket_s: number;
            from: string;
            /** @description By name, those of idle devices last. */
            groups: components["schemas"]["PowerGroupDocument"][];
            /** @description Start of each bucket in which a group has windows, ms since 1970. */
            start_ms: number[];
            to: string;
        };
        /** @description One area. */
        PowerGroupDocument: {
            /** @description `null` where the group has no windows. */
            energy_mj: (number | null)[];
            /** @description Its name; `null` of what has none. */
            group?: string | null;
            /** @description Whether nobody held the devices. */
            is_idle: boolean;
            /** @description Energy over the time in which any group is metered, so that areas may be stacked; `null` where the group has no windows. */
            power_mean_mw: (number | null)[];
        };
        /** @description A price from some moment on. */
        PriceDocument: {
            /** @description ISO 4217. */
            currency: string;
            /**
             * Format: double
             * @description Derived from `per_mwh_micro`, in the currency's unit.
             */
            per_mwh: number;
            /**
             * Format: int64
             * @description Millionths of the currency's unit per MWh.
             */
            per_mwh_micro: number;
            since: string;
        };
        /** @description A price from some moment on. */
        PriceRequest: {
            /** @description ISO 4217, such as EUR; a site has one. */
            currency: string;
            /**
             * Format: double
             * @description In the currency's unit per MWh, up to 6 decimals, 0 or more.
             */
            per_mwh: number;
            /** @description A UTC date or RFC 3339. */
            since: string;
        };
        /** @description A refused request, RFC 9457. */
        ProblemDocument: {
            /** @description Of an admission that cannot be decided: whether a budget that blocks could count the job, which may not run then. */
            blocks?: boolean | null;
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
        /**
         * @description Whether a job still runs.
         * @enum {string}
         */
        Progress: "running" | "ended";
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
        /** @description What entries of one reason add. */
        Reason: {
            /**
             * Format: int64
             * @description Its CO2e, µg.
             */
            co2e_ug_location: number;
            /**
             * Format: int64
             * @description IT energy, mJ.
             */
            energy_mj: number;
            /**
             * Format: int64
             * @description How many entries; 0 where no entry makes the difference.
             */
            entries: number;
            /** @description In words, as in the entries. */
            reason: string;
        };
        /** @description Why a period is restated. */
        ReasonRequest: {
            /** @description In words, for those who read the old figures. */
            reason: string;
        };
        /** @description The document of `report` and `GET /reports/emissions`. */
        Report: {
            /** @description Held by nobody. */
            idle: components["schemas"]["Aggregate"];
            /** @description `total` + `idle`. */
            metered: components["schemas"]["Aggregate"];
            /** @description Part of `metered` that is not posted yet, at the best factors known. */
            open: components["schemas"]["Amount"];
            /** @description Facility overhead of both; its quality is that of the energy that it comes with. */
            overhead: components["schemas"]["Aggregate"];
            period?: components["schemas"]["ReportedPeriod"] | null;
            /** @description How good `metered` is. */
            quality: components["schemas"]["ReportQuality"];
            /** @description Jobs by group, idle never among them. */
            rows: components["schemas"]["ReportRow"][];
            /** @description Whose hours, days and months the groups are, an IANA name. */
            timezone: string;
            /** @description Sum of the rows. */
            total: components["schemas"]["Aggregate"];
            /** @description Edition of the time zone database. */
            tzdb: string;
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
        ReportRow: components["schemas"]["Aggregate"] & {
            /** @description Name; `null` where a job has no such project or label. */
            group?: string | null;
            /** @description Facility overhead on top. */
            overhead: components["schemas"]["Amount"];
        };
        /** @description The closed period that a report reproduces. */
        ReportedPeriod: {
            /**
             * Format: int64
             * @description Number of the period.
             */
            id: number;
            /**
             * Format: int64
             * @description Version of its numbers.
             */
            version: number;
        };
        /**
         * @description Length of time that one value stands for.
         * @enum {string}
         */
        Resolution: "hour" | "month" | "year";
        /** @description A decision as Kubernetes reads it. */
        Response: {
            /** @description Whether the object may be stored. */
            allowed: boolean;
            /** @description What the API server's audit log keeps: numbers of the admissions. */
            auditAnnotations?: {
                [key: string]: string;
            };
            /** @description `code` 200; of a denial 403, with `reason` `Forbidden` and the `message` that the user reads. */
            status: Record<string, never>;
            /** @description That of the request. */
            uid: string;
            /** @description What the user is told beside it. */
            warnings?: string[];
        };
        /** @description What restating changed. */
        RestateDocument: components["schemas"]["Restatement"] & {
            /**
             * Format: int64
             * @description How many entries were made: a reversal for each that was replaced, and what was posted again.
             */
            entries: number;
            new: components["schemas"]["Figures"];
            old: components["schemas"]["Figures"];
        };
        /** @description What is restated, and why. */
        RestateRequest: {
            /** @description Entries that start at or after this moment, a UTC date or RFC 3339. */
            from: string;
            /** @description In words; it stands in every entry that is made. */
            reason: string;
            /** @description Entries that start before this moment. */
            to: string;
        };
        /** @description From old figures to new ones. */
        Restatement: {
            /**
             * Format: double
             * @description The larger of the relative changes of energy and of CO2e, overhead included; `null` where there was nothing.
             */
            change_share?: number | null;
            /** @description New less old. */
            delta: components["schemas"]["Figures"];
            /** @description Why; they sum to the `metered` of `delta`. */
            reasons: components["schemas"]["Reason"][];
            /** @description Whether it reaches 5 %, so that what was published on the old figures is to be recalculated. */
            recalculation: boolean;
        };
        /** @description A change of a budget's policy. */
        RevisionRequest: {
            /** @description The whole policy as it is to be. */
            policy: components["schemas"]["PolicyDocument"];
            /** @description Why. */
            reason: string;
        };
        /**
         * @description What a period leaves to the next one.
         * @enum {string}
         */
        RollOver: "none" | "unused" | "all";
        /**
         * @description What a token may do.
         * @enum {string}
         */
        Scope: "ingest" | "read" | "admit" | "admin";
        /**
         * @description Whose energy a budget counts.
         * @enum {string}
         */
        ScopeKind: "all" | "project" | "label" | "user" | "site";
        /** @description Power over time. */
        SeriesDocument: {
            /**
             * Format: int64
             * @description Length of a bucket; buckets begin at multiples of it since 1970, UTC.
             */
            bucket_s: number;
            /** @description Share of the bucket's device time, while held, that was observed, 0 to 1. */
            coverage: number[];
            /**
             * Format: double
             * @description Derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description Sum of the buckets.
             */
            energy_mj: number;
            energy_mj_per_bucket: number[];
            from: string;
            /** @description Whether every acknowledged batch is in it; one that came in the last second may not be. */
            is_complete: boolean;
            /** @description Of one device the highest power; of several the sum of each one's highest, which they need not have drawn at once. */
            power_max_mw: number[];
            /** @description Energy over the metered time of the bucket. */
            power_mean_mw: number[];
            /** @description Of one device the lowest power; of several the sum of each one's lowest, at most the mean. */
            power_min_mw: number[];
            quality: components["schemas"]["SeriesQuality"];
            /** @description Start of each bucket that has windows, ms since 1970. */
            start_ms: number[];
            to: string;
        };
        /** @description How good a series is, 0 to 1. */
        SeriesQuality: {
            /**
             * Format: double
             * @description Share of the device time until now, while held, that was observed.
             */
            coverage: number;
            /**
             * Format: double
             * @description Share of the energy that a sensor measured.
             */
            measured_share: number;
            /**
             * Format: double
             * @description Share of the energy that was modelled or bridged.
             */
            modelled_share: number;
        };
        /** @description Who is signed in. */
        SessionDocument: {
            /** @description What the header `X-CSRF-Token` of every change in this session must hold; `null` for a request with a bearer token, which needs none. */
            csrf?: string | null;
            /** @description Name of the token. */
            name: string;
            /** @description The only project that is shown; `null` for every project. */
            project?: string | null;
            /** @description What it may do. */
            scopes: components["schemas"]["Scope"][];
        };
        /**
         * @description How urgent an item is; the most urgent first.
         * @enum {string}
         */
        Severity: "bad" | "warn" | "info";
        /** @description A sign-in. */
        SignInRequest: {
            /** @description A token. */
            token?: string;
        };
        /** @description A site. */
        SiteDocument: {
            /** @description Who acts on the energy that nobody holds. */
            idle_owner?: string | null;
            name: string;
            /**
             * Format: int64
             * @description It stays; a site with another one is a new site, to which nodes move.
             */
            posting_period_minutes: number;
            /** @description Oldest first; empty where energy has no price. */
            price: components["schemas"]["PriceDocument"][];
            /** @description Oldest first. */
            pue: components["schemas"]["PueDocument"][];
            /** @description The zone that it moved to last. */
            zone: string;
            /** @description Oldest first. */
            zones: components["schemas"]["ZoneDocument"][];
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
        /** @description A part of the sum. */
        Slice: components["schemas"]["Amount"] & {
            /** @description Facility overhead on top. */
            overhead: components["schemas"]["Amount"];
            /** @description How good it is. */
            quality: components["schemas"]["ReportQuality"];
        };
        /** @description Amounts of a budget, in its unit. */
        StandingDocument: {
            /**
             * Format: int64
             * @description The limit with what the last period left.
             */
            available_mj: number;
            /**
             * Format: int64
             * @description What the last period left.
             */
            carried_mj: number;
            /**
             * Format: int64
             * @description What may still be held; negative after an overrun.
             */
            free_mj: number;
            /**
             * Format: int64
             * @description Held for admitted jobs.
             */
            held_mj: number;
            /**
             * Format: int64
             * @description Expected at the end of the period.
             */
            projected_p50_mj: number;
            /**
             * Format: int64
             * @description Exceeded once in twenty times.
             */
            projected_p95_mj: number;
            /**
             * Format: int64
             * @description Used in the period: posted, open, and committed without being in the ledger.
             */
            spent_mj: number;
        } | {
            /**
             * Format: int64
             * @description The limit with what the last period left.
             */
            available_ug: number;
            /**
             * Format: int64
             * @description What the last period left.
             */
            carried_ug: number;
            /**
             * Format: int64
             * @description What may still be held; negative after an overrun.
             */
            free_ug: number;
            /**
             * Format: int64
             * @description Held for admitted jobs.
             */
            held_ug: number;
            /**
             * Format: int64
             * @description Expected at the end of the period.
             */
            projected_p50_ug: number;
            /**
             * Format: int64
             * @description Exceeded once in twenty times.
             */
            projected_p95_ug: number;
            /**
             * Format: int64
             * @description Used in the period: posted, open, and committed without being in the ledger.
             */
            spent_ug: number;
        } | Record<string, never>;
        /**
         * @description How much a value can be relied on for the energy it is applied to.
         * @enum {string}
         */
        Status: "measured" | "provisional" | "forecast" | "fallback";
        /** @description How far a job had come at a moment. */
        StepsDocument: {
            /** @description When. */
            at: string;
            /** @description Id of the job. */
            job: string;
            /**
             * Format: int64
             * @description Training samples since the job began.
             */
            samples?: number | null;
            /**
             * Format: int64
             * @description Training steps since the job began.
             */
            steps: number;
        };
        /** @description What a training script has done since its job began. */
        StepsRequest: {
            /** @description When the counters stood so, RFC 3339; now without it. */
            at?: string | null;
            /**
             * Format: int64
             * @description Training samples since the job began.
             */
            samples?: number | null;
            /**
             * Format: int64
             * @description Training steps since the job began, over restarts too.
             */
            steps: number;
        };
        /** @description The thing that an item is about. */
        Subject: {
            /** @description Id or name of the thing; for a device its node, a slash and the device's identity. */
            id: string;
            /** @description `node`, `device`, `job`, `zone`, `budget` or `request`. */
            type: string;
        };
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
        /**
         * @description What a budget counts. CO2e is location-based: a market-based budget would be 0 where every MWh is certified, and never bind.
         * @enum {string}
         */
        Unit: "energy" | "co2e";
        /** @description Jobs that used a like part of what was held for them. */
        UsedDocument: {
            /**
             * Format: int64
             * @description Used energy / p95, percent, of the least of them, a multiple of 5; 200 stands for all from there on.
             */
            from_percent: number;
            /**
             * Format: int64
             * @description How many.
             */
            jobs: number;
        };
        /** @description Energy and CO2e, facility overhead included. */
        Weight: {
            /**
             * Format: double
             * @description The same, derived.
             */
            co2e_t: number;
            /**
             * Format: int64
             * @description Location-based, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description The same, derived.
             */
            energy_mwh: number;
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
        /** @description Who asks or answers, and why. */
        WordsRequest: {
            /** @description Who. */
            name: string;
            /** @description Why. */
            reason: string;
        };
        /** @description A zone from some moment on. */
        ZoneDocument: {
            since: string;
            zone: string;
        };
        /** @description A zone from some moment on. */
        ZoneRequest: {
            /** @description A UTC date or RFC 3339. */
            since: string;
            /** @description Grid zone that has a factor, such as DE. */
            zone: string;
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
