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
         * @description The header X-TFC-Task-Signature is the HMAC-SHA512 of the body under the configured key. It is answered at once; the result goes to the callback. One that was taken
         *     before, by its `task_result_id`, is answered the same and not worked on again.
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
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
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
        /**
         * Say that the webhook is there
         * @description The gate in the cluster asks this every minute with the token that it adds to reviews. A webhook that was not heard of for five minutes is in the list
         *     of what needs attention. Also served at /admission/kubernetes.
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
                /** @description The service answers, and takes the token */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Review an object of Kubernetes
         * @description AdmissionReview of admission.k8s.io/v1 and v1beta1, answered in its own version: what pods, their controllers and the resources of operators take of
         *     accelerators is held against the budgets of their namespace. Also served at /admission/kubernetes.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description An AdmissionReview that holds a request */
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
                        "application/json": components["schemas"]["ReviewAnswer"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/admission/kubernetes/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take in what a cluster has
         * @description The reader of a cluster sends all objects of some kinds. What was there before the webhook, or came while it was away, is held from now on, whether it
         *     fits or not; what is gone holds nothing any more.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description A listing, as `wattledger kubernetes watch` sends it */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description What changed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KubernetesLook"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                    /** @description Only admissions of this project. */
                    project?: string;
                    /** @description Only admissions in this state. */
                    state?: "held" | "denied" | "checked" | "committed" | "settled" | "released" | "expired";
                    /** @description Only admissions that this job settles. */
                    job?: string;
                    /** @description Only admissions that hold something of the budget with this number. */
                    budget?: number;
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of admissions, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AdmissionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description Compares the p95 of the job's estimate with every budget that applies, and holds it if the job may run. A denial is answered with 200 as well:
         *     `allowed` is `false`, `reason` says what is needed and what is free, and `options` lists variants that would be admitted. The same key with the
         *     same job gets the same answer; the same key with another job is refused with 409.
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
                /** @description The decision, allowed or denied, with its reason */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Decision"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The key was used for another job */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The power of this hardware is not known */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Show an admission with every decision on it */
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
                /** @description The admission with its decisions */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Release a hold
         * @description Changes nothing if the admission is already settled, released or expired.
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
                /** @description The admission after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The job was never allowed to run */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Settle an admission with what the job used
         * @description The amount counts in full, even if it exceeds the hold; what is left of the hold is freed. Settling twice changes nothing.
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
                /** @description The admission after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The job was never allowed to run */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/admissions/{id}/job": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Name the job of an admission
         * @description For gates that admit a job before it has an id. From then on what is metered of the job, also what was metered before, is spent and no longer
         *     held. Naming the same job again changes nothing; another one is refused with 409.
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
                    "application/json": components["schemas"]["AdmissionJobRequest"];
                };
            };
            responses: {
                /** @description The admission after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The job was never allowed to run, or the admission has another job */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Renew a hold while its job runs
         * @description The hold of a metered job is renewed automatically. The answer says whether the job has to stop.
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
                /** @description The admission after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdmissionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The job was never allowed to run */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Request an exception for a denied admission */
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
                /** @description The request as it is stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such admission */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The admission was not denied */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * List what needs attention, what matters most first
         * @description A token that is bound to a project sees only what concerns its jobs.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of items, by severity */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AttentionItem"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Deliver a batch
         * @description The body is a batch in version 1 of the wire format. Delivering it twice changes nothing. The token that delivers for a node first speaks for
         *     it from then on. What the token of a project names is the project's own, and shown to others as `NAME~PROJECT`.
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
                /** @description The batch is stored durably */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AcknowledgementDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Another token speaks for the node or the agent, or the token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Another batch with the same agent, boot and sequence is stored already */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The batch was not stored; send it again later */
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
        /** List budgets and how they stand, oldest first */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of budgets, oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_BudgetDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Create a budget
         * @description Creates its project as well if it does not exist yet. From now on, jobs that already run and that the budget covers hold their share of it.
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
                /** @description The budget as it is stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Another budget has this name */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Show a budget with its days and every decision on it */
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
                /** @description The budget with its days and its decisions */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such budget */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                /** @description The budget has ended and no longer applies */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such budget */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /**
         * Override a budget for a time
         * @description Until the override expires, every job that the budget would deny is admitted.
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
                    "application/json": components["schemas"]["OverrideRequest"];
                };
            };
            responses: {
                /** @description The override as it is stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such budget */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Change the policy of a budget
         * @description Its name, its unit and whose energy it counts cannot change.
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
                /** @description The budget after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such budget */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List devices in the order in which they were first seen */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of devices, in the order in which they were first seen */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_DeviceDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description Buckets of an hour or more are fast for any number of devices; `points` chooses their length.
         */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A series for each device */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DevicesDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
                    points?: number;
                };
                header?: never;
                path: {
                    /** @description Number of the device, `id` in the list of devices */
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The series, in ascending order */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SeriesDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such device */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/enrolment-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List enrolment codes without their secrets */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of codes, by id */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_EnrolmentCodeDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Create a code with which nodes get tokens of their own */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EnrolmentCodeRequest"];
                };
            };
            responses: {
                /** @description The new code; it is shown only here */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NewEnrolmentCode"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/enrolment-codes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an enrolment code; the tokens that it made stay valid */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of the code */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The code is revoked */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such code */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/enrolments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a code for the token of a node
         * @description The code stands in place of a token. The new token has the scope `ingest` and speaks for this node alone.
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
                    "application/json": components["schemas"]["EnrolmentRequest"];
                };
            };
            responses: {
                /** @description The token of the node; it is shown only here */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NewToken"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Another token speaks for the node */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Estimate the energy and CO2e of a job
         * @description The answer has the same amounts that an admission of the same job would hold at this moment.
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
                /** @description The estimate (p50 and p95) with its assumptions */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EstimateDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The power of this hardware is not known */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Show how often jobs stayed within their p95 */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The hit rate of p95 estimates */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AccuracyDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Follow changes as they happen
         * @description Sends server-sent events: `change` for each change, and `lagged` if changes were missed, after which everything should be loaded again. The
         *     stream ends when the token is revoked or expires. One token may have a quarter of all streams.
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
                /** @description Events until the client disconnects */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["ChangeEvent"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List gaps in the readings, latest reported first */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                    /** @description Only gaps that end after this moment, a UTC date or RFC 3339. */
                    from?: string;
                    /** @description Only gaps that start before this moment, a UTC date or RFC 3339. */
                    to?: string;
                    /** @description Only gaps of this node. */
                    node?: string;
                    /** @description Only gaps of the device with this number. */
                    device?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of gaps, latest reported first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_GapDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/grid/best": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find the start with the lowest carbon intensity for a job */
        get: {
            parameters: {
                query: {
                    /** @description Grid zone, such as DE; give this or `site`. */
                    zone?: string;
                    /** @description Site, whose zone and wanted factors are taken; give this or `zone`. */
                    site?: string;
                    /** @description How long the job runs, in hours: 0.1 to 336. */
                    hours: number;
                    /** @description How much later than now it may start, in hours: 1 to 336; 48 if absent. */
                    within_h?: number;
                    /** @description Mean power of the job with its share of the site in W, for savings in grams. */
                    power_w?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The best start, what it saves, and how sure that is */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GreenerDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such zone or site, or it has no factor */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/grid/editions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the editions of a zone's factors side by side
         * @description Every edition that is known of the zone: forecasts beside what they forecast, provisional values beside final ones, marginal ones beside averages,
         *     and the yearly values of the library. Each says which part of the time it counts for, why or why not, and how far it lies from the values that
         *     count. The hours for which no edition has a value are the gaps.
         */
        get: {
            parameters: {
                query: {
                    /** @description Grid zone, such as DE. */
                    zone: string;
                    /** @description Site in that zone, whose wanted factors decide which edition counts; if absent, they are chosen as where no site wants others. */
                    site?: string;
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The editions, those that count for most of the time first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EditionsDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such zone or site, or the zone has no factor */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Import a file of carbon intensities
         * @description The body says what it is, plain or gzipped. CSV by its header: `datetime_utc` with `g_per_kwh`, `direct_g` or `lifecycle_g`, or with the generation
         *     by fuel of form EIA-930; an hourly file of Electricity Maps; a yearly table as it is bundled, the mix of Canada's provinces or the operating
         *     margins of countries among them. XML is document A75 of ENTSO-E, JSON an answer of EIA. What cannot be right is refused, with place and reason; the
         *     rest is kept, beside what is there. Provisional entries that better values are for are posted again; final ones keep their factors.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Grid zone of the values, such as DE. Of a file that names zones itself, the one to take; every one of them if absent. */
                    zone?: string;
                    /** @description Name of the file, to find it again; `file` if absent. */
                    name?: string;
                    /** @description Publisher of the values; `not stated` if absent. */
                    publisher?: string;
                    /** @description Release of the publisher's data; `not stated` if absent. Values of one edition never change: other values take an edition of their own. */
                    edition?: string;
                    /** @description Licence of the values; `not stated` if absent. */
                    licence?: string;
                    /** @description Basis of a column `g_per_kwh`: `direct` or `lifecycle`, which it is if absent. Of a file with both bases, the one to take. */
                    basis?: "direct" | "lifecycle";
                    /** @description Which gases are counted: `CO2` or `CO2e`, which it is if absent. */
                    gas?: "CO2" | "CO2e";
                    /** @description Whose electricity is described: `production`, `consumption`, `marginal`, `residual`, `supplier` or `unspecified`, which it is if absent. */
                    accounting?: "production" | "consumption" | "marginal" | "residual" | "supplier" | "unspecified";
                    /** @description How far the values can be relied on: `measured`, which it is if absent, `estimated`, `provisional`, `forecast` or `fallback`. */
                    status?: "measured" | "estimated" | "provisional" | "forecast" | "fallback";
                    /** @description Length of each interval in minutes: 5, 10, 15, 20, 30, 60 or 1440; if absent, as far apart as most of the starts. */
                    minutes?: number;
                    /** @description Unit of the values: `g/kWh`, which it is if absent, `kg/kWh`, `t/MWh` or `lb/MWh`. */
                    unit?: "g/kWh" | "kg/kWh" | "t/MWh" | "lb/MWh";
                    /** @description Year of a table that says none, such as 2023; if absent, that of the bundled edition whose values it has. */
                    year?: number;
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
                /** @description What was taken, what was refused, and what changed */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Look up the carbon intensity factor of a grid zone or cloud region */
        get: {
            parameters: {
                query?: {
                    /** @description Grid zone, such as DE or US-EGRID-CAMX; give this or `region`. */
                    zone?: string;
                    /** @description Site, whose zone and wanted factors are taken; give this, `zone` or `region`. */
                    site?: string;
                    /** @description Cloud region, such as aws/us-east-1; give this or `zone`. */
                    region?: string;
                    /** @description When the electricity is used, a UTC date or RFC 3339; now if absent. */
                    at?: string;
                    /** @description `true` for the operating margin of the country: for information, never to be added to the others, which are averages. */
                    marginal?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The factor with its full type, and how it was chosen */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChoiceDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such zone or region, or it has no factor */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Show the carbon intensity of a grid zone over time, as the ledger applies it
         * @description Uses imported factors of an hour or less. Where there are none, the yearly factor of the library is a flat line, and `factor` says so.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Grid zone, such as DE; give this or `site`. */
                    zone?: string;
                    /** @description Site, whose zone and wanted factors are taken, as they were at each moment; give this or `zone`. */
                    site?: string;
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The series, in ascending order */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntensityDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such zone or site, or it has no factor */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/grid/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the providers of grid factors, what each needs and how it does */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of providers, by name; those that the service does not ask are among them */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ProviderDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/grid/providers/{name}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a provider for its newest values now
         * @description Answers when all of its zones were asked for. What fails is in the answer, beside what came.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Name of the provider in the configuration */
                    name: components["schemas"]["ProviderName"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What came */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SyncDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service is not configured to ask this provider */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/grid/zones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List grid zones and their factors */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of factors, by zone */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_FactorDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                    /** @description Only jobs of this project. */
                    project?: string;
                    /** @description Only jobs whose label `user` has this value. */
                    user?: string;
                    /** @description Only jobs with this label, as `KEY=VALUE`. */
                    label?: string;
                    /** @description `running` for jobs that run, `ended` for jobs that have ended, `failed` for ended jobs whose exit status is not 0. */
                    state?: "running" | "ended" | "failed";
                    /** @description Only jobs that ran at or after this moment, RFC 3339. */
                    from?: string;
                    /** @description Only jobs that ran before this moment, RFC 3339. */
                    to?: string;
                    /** @description Only jobs whose id or name contains this text; upper and lower case of ASCII letters are the same. */
                    q?: string;
                    /**
                     * @description Order of the list, the highest or latest first: `newest` (by first mention; the default), `started`, `energy`, `co2e`, `intensity` (g/kWh),
                     *     `held_idle` (share) or `energy_per_step`.
                     */
                    sort?: "newest" | "started" | "energy" | "co2e" | "intensity" | "held_idle" | "energy_per_step";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of jobs in the requested order, newest first by default */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_JobItem"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Announce a job and the devices that it holds
         * @description Announcing the same job again replaces the fields that are given.
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
                /** @description The job as it is stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such device or project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Compare the footprints of two to six jobs */
        get: {
            parameters: {
                query: {
                    /** @description Id of a job; repeat the parameter for each job */
                    id: string[];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The jobs, in the order of the request */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CompareDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Count jobs and sum what they used */
        get: {
            parameters: {
                query?: {
                    /** @description Only jobs of this project. */
                    project?: string;
                    /** @description Only jobs whose label `user` has this value. */
                    user?: string;
                    /** @description Only jobs with this label, as `KEY=VALUE`. */
                    label?: string;
                    /** @description `running` for jobs that run, `ended` for jobs that have ended, `failed` for ended jobs whose exit status is not 0. */
                    state?: "running" | "ended" | "failed";
                    /** @description Only jobs that ran at or after this moment, RFC 3339. */
                    from?: string;
                    /** @description Only jobs that ran before this moment, RFC 3339. */
                    to?: string;
                    /** @description Only jobs whose id or name contains this text; upper and lower case of ASCII letters are the same. */
                    q?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Totals of the selected jobs by state */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobTotalsDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Show a job with what it used */
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
                /** @description The job with what it used */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobFootprint"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
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
                /** @description A series for each device */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DevicesDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** End a job and release the devices that it holds */
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
                /** @description The job after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description The energies are those that the ledger attributes to the job. Over its whole lifetime they sum to its footprint.
         */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
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
                /** @description The series, in ascending order */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SeriesDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Report the training progress of a job
         * @description Counters never decrease over time. A report that adds nothing to an earlier one changes nothing, so it can be repeated.
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
                /** @description The report that is stored for that moment */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["StepsDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description A counter would decrease */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * List changes by administrators, latest first
         * @description Changes of sites, prices, factors, tokens, projects, periods, budgets, and statements about jobs. Each names the token that made it and is chained
         *     to the one before, so that `wattledger verify` finds a change that is not recorded.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of actions, latest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ActionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                    /** @description Only energy that starts at or after this moment, a date or RFC 3339. */
                    from?: string;
                    /** @description Only energy that starts before this moment, a date or RFC 3339. */
                    to?: string;
                    /** @description A closed reporting period as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an earlier version. */
                    period?: string;
                    /** @description Only jobs of this project. */
                    project?: string;
                    /** @description Only energy of this job, by its id. */
                    job?: string;
                    /** @description Only energy of this node, by its name. */
                    node?: string;
                    /** @description Only energy of this site, by its name. */
                    site?: string;
                    /** @description Only energy that starts in this month, such as 2026-03. */
                    month?: string;
                    /** @description Only energy that starts on this day, such as 2026-03-29. */
                    day?: string;
                    /** @description Only energy that starts in this hour, as a report by hour names it, such as 2026-03-29T01:00+01:00. */
                    hour?: string;
                    /** @description IANA time zone of the dates, months, days and hours above, such as Europe/Berlin; UTC if absent. */
                    timezone?: string;
                    /** @description Only jobs with this label, as `KEY=VALUE`. */
                    label?: string;
                    /** @description Only jobs that have no project (`project`) or no such label (`label:KEY`). */
                    without?: string;
                    /** @description `true` for unallocated idle energy only, `false` for jobs only; both if absent. */
                    idle?: boolean;
                    /** @description `true` for entries with a provisional factor only, `false` for entries with a final one only; both if absent. */
                    provisional?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of entries, by number */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_EntryDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Trace a ledger entry back to its evidence */
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
                /** @description The entry with its factor, postings, windows and batches */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExplanationDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such entry */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Break a sum down into final, provisional and open
         * @description `final` + `provisional` + `open` is `total`, as integers; the energies of `factors` sum to it as well.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only energy that starts at or after this moment, a date or RFC 3339. */
                    from?: string;
                    /** @description Only energy that starts before this moment, a date or RFC 3339. */
                    to?: string;
                    /** @description A closed reporting period as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an earlier version. */
                    period?: string;
                    /** @description Only jobs of this project. */
                    project?: string;
                    /** @description Only energy of this job, by its id. */
                    job?: string;
                    /** @description Only energy of this node, by its name. */
                    node?: string;
                    /** @description Only energy of this site, by its name. */
                    site?: string;
                    /** @description Only energy that starts in this month, such as 2026-03. */
                    month?: string;
                    /** @description Only energy that starts on this day, such as 2026-03-29. */
                    day?: string;
                    /** @description Only energy that starts in this hour, as a report by hour names it, such as 2026-03-29T01:00+01:00. */
                    hour?: string;
                    /** @description IANA time zone of the dates, months, days and hours above, such as Europe/Berlin; UTC if absent. */
                    timezone?: string;
                    /** @description Only jobs with this label, as `KEY=VALUE`. */
                    label?: string;
                    /** @description Only jobs that have no project (`project`) or no such label (`label:KEY`). */
                    without?: string;
                    /** @description `true` for unallocated idle energy only, `false` for jobs only; both if absent. */
                    idle?: boolean;
                    /** @description `true` for entries with a provisional factor only, `false` for entries with a final one only; both if absent. */
                    provisional?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The parts of the sum, with its factors and the paths of its entries */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Breakdown"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such job or project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Restate ledger entries after a change of factors, PUE or zone
         * @description Reverses each entry that would get another factor or PUE now, and posts it again with the reason. Closed periods keep their figures.
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
                /** @description Old figures, new figures and their difference */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RestateDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List nodes by name */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of nodes, by name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_NodeDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description Sums its devices without double counting: a device whose energy another one already includes is left out.
         */
        get: {
            parameters: {
                query?: {
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
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
                /** @description The series, in ascending order */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SeriesDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such node */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Assign a node to a site */
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
                /** @description The node is assigned to the site */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/nodes/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a token speak for a node from now on
         * @description The token that did speaks for it no longer. The new one states who held the devices of the node from now on, not before.
         */
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
                    "application/json": components["schemas"]["NodeTokenRequest"];
                };
            };
            responses: {
                /** @description The token speaks for the node */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such node */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * List reporting periods in the order in which they were first closed
         * @description A token that is bound to a project sees only periods with jobs of that project.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of periods, by number */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_PeriodItem"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description From then on its figures stay: late data and revised factors show as a difference, and become part of the figures only when the period is
         *     restated.
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
                /** @description The period as it was closed */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Period"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Part of the period is not posted yet, it has not ended, or another period has its name or time */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Show a reporting period as closed, as it would be now, and why they differ */
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
                /** @description The period; only the jobs of one project for a token that is bound to it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Period"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such period */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /**
         * Restate a reporting period
         * @description Its current figures become its next version. Earlier versions stay.
         */
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
                /** @description The period with its new version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Period"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such period */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Part of the period is not posted yet, or nothing has changed */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description A token that is bound to a project sees only the jobs of that project, and no unallocated devices.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `project`, `site` or `node`; `project` if absent. */
                    group_by?: string;
                    /** @description First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`. */
                    from?: string;
                    /** @description First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now. */
                    to?: string;
                    /** @description Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number. */
                    points?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A series for each group */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PowerDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List projects by name */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of projects, by name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Project"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Create a project */
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
                /** @description The project as it is stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Project"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The name is in use already */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Report energy and location-based CO2e by group */
        get: {
            parameters: {
                query?: {
                    /** @description First moment of the report, a date or RFC 3339. */
                    from?: string;
                    /** @description First moment after the report, a date or RFC 3339. */
                    to?: string;
                    /** @description A closed reporting period as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an earlier version. */
                    period?: string;
                    /** @description `project`, `job`, `node`, `site`, `month`, `day`, `hour` or `label:KEY`; `project` if absent. */
                    group_by?: string;
                    /** @description Only jobs of this project. */
                    project?: string;
                    /** @description IANA time zone of the dates, and in which hours, days and months are grouped, such as Europe/Berlin; UTC if absent. */
                    timezone?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Totals of the energy that starts in the time */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EmissionsDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such project */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List requests for exceptions and overrides, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of requests and overrides, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_BudgetOverride"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Approve a request for an exception
         * @description The job is admitted when it asks again with its key before the override expires.
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
                /** @description The override that the request became */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such open request */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Refuse a request for an exception */
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
                /** @description The request after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetOverride"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such open request */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Show who is signed in */
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
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * @description Sets a session cookie that replaces the token in later requests. An earlier session of the same browser ends.
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
                /** @description Signed in; Set-Cookie carries the session */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token is not valid */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request comes from another site */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many failed sign-ins; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
                /** @description The session has ended and its cookie is removed */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List sites by name */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of sites, by name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Create a site */
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
                /** @description The site as it is stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The name is in use already */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
    "/api/v1/sites/{id}/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * State which factors a site wants from a moment on
         * @description Energy that is not posted yet takes them at once. Posted entries keep their factors until they are restated.
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
                    "application/json": components["schemas"]["FactorPreferenceRequest"];
                };
            };
            responses: {
                /** @description The site after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** State who is responsible for unallocated idle energy at a site */
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
                /** @description The site after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * State the price of a site's energy from a moment on
         * @description Reports price energy and its overhead at the price of the time of use. Closed periods keep theirs.
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
                /** @description The site after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The site has prices in another currency */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** State the PUE of a site from a moment on */
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
                /** @description The site after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * State the grid zone of a site from a moment on
         * @description Energy that is not posted yet takes the zone at once. Posted entries keep their factors until they are restated.
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
                /** @description The site after the change */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such site */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** List tokens without their secrets */
        get: {
            parameters: {
                query?: {
                    /** @description Most items on the page, 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_cursor` of the page before; the first page if absent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of tokens, by id */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_TokenDocument"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
         * Create a token
         * @description A token that is bound to a project can only create tokens for that project.
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
                /** @description The new token; it is shown only here */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NewToken"];
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such project, or no such token to succeed */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The body took too long or was incomplete */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Another token speaks for one of the nodes */
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
                /** @description The media type or encoding of the body is not supported */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Revoke a token at once and for good */
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
                /** @description The token is revoked */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description There is no such token */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /** Check whether the process answers */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The process is up and answers */
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
        /**
         * Show the metrics of the service
         * @description OpenMetrics for a client that accepts it, as Prometheus does, else Prometheus text.
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
                /** @description Metrics as OpenMetrics or as Prometheus text */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/openmetrics-text": string;
                        "text/plain": string;
                    };
                };
                /** @description A field, parameter or header has a value that cannot be used */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The request carries no valid token */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The token lacks the scope that is needed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description Too many requests; Retry-After says when to try again */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service failed; its log says why */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service cannot do this now; Retry-After says when to try again */
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
        /**
         * Check whether the service is ready for requests
         * @description It is ready if the store can be read and written by this version, and no shutdown has begun. Not to be the service on duty is no fault.
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
                /** @description The service is ready */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description The store cannot be read */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["ProblemDocument"];
                    };
                };
                /** @description The service is not ready; Retry-After says when to try again */
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
         * @description HEAD requests and prefetching by a browser do not use the link up.
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
                /** @description Signed in; redirects to the app */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A page that says that the link was used already or has expired */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": string;
                    };
                };
                /** @description Too many failed sign-ins; Retry-After says when to try again */
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
         * @description Whose electricity a factor describes.
         * @enum {string}
         */
        Accounting: "production" | "consumption" | "marginal" | "residual" | "supplier" | "unspecified";
        /** @description How often jobs stayed within the p95 that was held for them. */
        AccuracyDocument: {
            /**
             * Format: double
             * @description `within_p95` / `jobs`; 0.95 is the aim. `null` if there are no jobs.
             */
            hit_rate?: number | null;
            /**
             * Format: int64
             * @description Number of admissions whose energy is known.
             */
            jobs: number;
            /** @description Jobs by the share of their p95 that they used, in steps of 5 %, lowest first; steps without a job are left out. */
            used: components["schemas"]["UsedDocument"][];
            /**
             * Format: int64
             * @description Number of those that stayed within their p95.
             */
            within_p95: number;
        };
        /** @description Acknowledges a batch that is stored durably. */
        AcknowledgementDocument: {
            /** @description Agent that sent the batch. */
            agent: components["schemas"]["AgentId"];
            /** @description Id that the agent chose when it started. */
            boot: string;
            /**
             * Format: int64
             * @description When the batch was first received, ns since 1970.
             */
            received_ns: number;
            /** @description `accepted`, or `duplicate` if the same batch was accepted before. */
            result: string;
            /**
             * Format: int64
             * @description Number of the batch since the agent started.
             */
            sequence: number;
        };
        /** @description One recorded change by an administrator, or by the service itself. */
        ActionDocument: {
            /** @description When it was recorded, RFC 3339. */
            at: string;
            /** @description State of the thing after the change; `null` if it no longer exists. */
            body?: unknown;
            by?: components["schemas"]["TokenId"] | null;
            /** @description SHA-256 over the hash of the action before and the content of this one, in hexadecimal. */
            hash: string;
            /** @description Number of the action in their chain, from 1. */
            id: components["schemas"]["ActionId"];
            /** @description Kind of thing that changed. */
            kind: components["schemas"]["ActionKind"];
            /** @description Which thing of that kind changed: its id, name or number. */
            subject: string;
        };
        /**
         * Format: int64
         * @description Identifies a recorded action of administration: its number, from 1 without a gap.
         */
        ActionId: number;
        /**
         * @description The kind of thing that an act of administration changed.
         * @enum {string}
         */
        ActionKind: "site" | "pue" | "zone" | "factor_preference" | "posting_period" | "price" | "idle_owner" | "node_site" | "node_token" | "token" | "enrolment_code" | "token_voice" | "project" | "period" | "factors" | "budget" | "override" | "job" | "restatement" | "revision";
        /** @description An admission and what became of it. */
        AdmissionDocument: {
            /**
             * Format: int64
             * @description Facility energy that the job used, mJ; `null` until that is known.
             */
            actual_mj?: number | null;
            /** @description The answer to the request. */
            answer: components["schemas"]["Decision"];
            /** @description When it was decided, RFC 3339. */
            decided: string;
            /** @description Every decision on the admission, oldest first; empty in lists. */
            decisions: components["schemas"]["DecisionDocument"][];
            /** @description When the hold expires unless the job is metered or the hold is renewed, RFC 3339. */
            expires: string;
            /** @description What is held, by budget. */
            holds: components["schemas"]["HoldDocument"][];
            /** @description Number of the admission. */
            id: components["schemas"]["AdmissionId"];
            job?: components["schemas"]["JobId"] | null;
            /** @description Submission key of the request; `null` if it had none. */
            key?: string | null;
            /**
             * Format: int64
             * @description IT energy of the job in the ledger, mJ.
             */
            metered_mj: number;
            /**
             * Format: int64
             * @description Facility energy that the job used above its hold, mJ; `null` until that is known.
             */
            overrun_mj?: number | null;
            /** @description Amount that was expected (p50). */
            p50: components["schemas"]["Weight"];
            /** @description Amount that was reserved. */
            p95: components["schemas"]["Weight"];
            /** @description Project that the job is charged to; empty if it has none. */
            project: components["schemas"]["ProjectName"];
            /** @description When it was settled, released or expired, RFC 3339; `null` while it holds something. */
            resolved?: string | null;
            /** @description What became of it. */
            state: components["schemas"]["AdmissionState"];
            /**
             * Format: int32
             * @description Seconds between SIGTERM and SIGKILL for a job that has to stop; `null` for any other job.
             */
            stop_after_s?: number | null;
            /** @description What the job was notified of: `breaking` if it will use more than it holds, `stop` if it has to stop for that reason; empty if nothing. */
            told: string;
        };
        /** @description Identifies an admission: its number, from 1. JSON has it as a string of digits. */
        AdmissionId: string;
        /** @description Names the job that an admission let in. */
        AdmissionJobRequest: {
            /** @description Id of the job whose energy settles the admission. */
            job: string;
        };
        /** @description A job that asks whether it may run. */
        AdmissionRequest: {
            /** @description Type of accelerator: a key of the bundled table, an NVML name, or a family such as A100. */
            accelerator: string;
            /**
             * Format: int64
             * @description Number of accelerators, 1 or more.
             */
            count: number;
            /** @description Whether to answer without holding or storing anything; `false` if absent. */
            dry_run?: boolean;
            /**
             * Format: double
             * @description Wall time, hours, above 0. An admission without it takes the longest default of the budgets that apply; an estimate needs it.
             */
            hours?: number | null;
            impact?: components["schemas"]["ImpactRequest"] | null;
            /**
             * Format: double
             * @description Carbon intensity, 0 to 1500 g CO2e/kWh; give at most one of this, `zone` and `region`.
             */
            intensity?: number | null;
            job?: components["schemas"]["JobId"] | null;
            /**
             * @description Submission key, 1 to 256 characters: the same key with the same job gets the same answer and holds once; another job with the same key is
             *     refused. A job that is to hold something needs one.
             */
            key?: string | null;
            /** @description Labels of the job, each with its value. */
            labels?: {
                [key: string]: string;
            };
            /** @description Name of the job, its container image or its script. Jobs of one project and name are expected to be alike. */
            name?: string | null;
            /**
             * Format: double
             * @description Ratio of p95 to p50 of the power, 1 to 10; the service's own figure if absent.
             */
            p95_over_p50?: number | null;
            /**
             * Format: double
             * @description Mean power of one accelerator with its share of the host, W, above 0; give this or `utilisation`.
             */
            power_w?: number | null;
            project?: components["schemas"]["ProjectName"] | null;
            /**
             * Format: double
             * @description Power usage effectiveness: facility energy / IT energy, 1 to 3; that of the site if absent.
             */
            pue?: number | null;
            /** @description Cloud region, as `provider/region`. */
            region?: string | null;
            /**
             * @description Whether to hold the p95 of the estimate if the job may run; `true` if absent. If `false`, the key stands for the job from now on, and nothing
             *     is held.
             */
            reserve?: boolean;
            site?: components["schemas"]["SiteName"] | null;
            /** @description When the job is to start, a UTC date or RFC 3339; now if absent. */
            start?: string | null;
            /** @description User who submits the job. */
            user?: string | null;
            /**
             * Format: double
             * @description Mean power of the accelerator as a share of its TDP, above 0 and at most 1; published figures if absent.
             */
            utilisation?: number | null;
            zone?: components["schemas"]["ZoneId"] | null;
        };
        /**
         * @description What became of an admission.
         * @enum {string}
         */
        AdmissionState: "held" | "denied" | "checked" | "committed" | "settled" | "released" | "expired";
        /** @description Identifies an agent, which numbers its batches. */
        AgentId: string;
        /** @description A sum, how good it is, and where to see what it is made of. */
        Aggregate: {
            /**
             * Format: double
             * @description CO2e in tonnes, derived from `co2e_ug_location`.
             */
            co2e_t_location: number;
            /**
             * Format: int64
             * @description Location-based CO2e of that energy, µg.
             */
            co2e_ug_location: number;
            /** @description What the energy costs, one line per currency; absent if no site has a price. */
            energy_cost?: components["schemas"]["Cost"][];
            /**
             * Format: int64
             * @description Energy of the sum, mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description Energy in MWh, derived from `energy_mj`.
             */
            energy_mwh: number;
            /** @description Path of the breakdown of the sum into final, provisional and open, with its factors and entries. */
            explain: string;
            /** @description How good the sum is. */
            quality: components["schemas"]["ReportQuality"];
        };
        /** @description An amount of energy with its location-based CO2e. */
        Amount: {
            /**
             * Format: double
             * @description CO2e in tonnes, derived from `co2e_ug_location`.
             */
            co2e_t_location: number;
            /**
             * Format: int64
             * @description Location-based CO2e of that energy, µg.
             */
            co2e_ug_location: number;
            /** @description What the energy costs, one line per currency; absent if no site has a price. */
            energy_cost?: components["schemas"]["Cost"][];
            /**
             * Format: int64
             * @description Energy of the sum, mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description Energy in MWh, derived from `energy_mj`.
             */
            energy_mwh: number;
        };
        /** @description Places a node at a site. */
        AssignmentRequest: {
            /** @description Since when it has stood there, a UTC date or RFC 3339; from the start if absent. */
            since?: string | null;
            /** @description Site that the node stands at. */
            site: components["schemas"]["SiteName"];
        };
        /** @description One input of an estimate, and where its value comes from. */
        Assumption: {
            /** @description Name of the input, such as `power` or `PUE`. */
            name: string;
            /** @description Source of the value, or the reason why it was used. */
            source: string;
            /** @description Value that was used, with its unit. */
            value: string;
        };
        /** @description Something that needs attention. */
        AttentionItem: {
            /** @description What is wrong, as one word of a fixed list. */
            kind: components["schemas"]["AttentionKind"];
            /** @description What is wrong and what to do about it, in words. */
            message: string;
            /** @description How much it matters. */
            severity: components["schemas"]["Severity"];
            /** @description Since when it has been so, RFC 3339; `null` if that is not known. */
            since?: string | null;
            /** @description The thing that it is about. */
            subject: components["schemas"]["Subject"];
        };
        /**
         * @description The kind of problem that needs attention.
         * @enum {string}
         */
        AttentionKind: "agent_late" | "clock_ahead" | "coverage_low" | "node_without_site" | "held_idle" | "job_silent" | "windows_set_aside" | "speaker_refused" | "node_name_shared" | "holder_unclear" | "gaps_reported" | "factors_provisional" | "factors_stale" | "provider_failing" | "provider_stale" | "kubernetes_silent" | "budget_breaking" | "hold_breaking" | "admission_denied" | "exception_requested" | "charts_rebuilt" | "clock_jumped";
        /**
         * @description Which part of the life cycle of electricity is counted.
         * @enum {string}
         */
        Basis: "direct" | "lifecycle";
        /** @description A batch as evidence. */
        BatchDocument: {
            /** @description Agent that sent the batch. */
            agent: components["schemas"]["AgentId"];
            /** @description Number of the batch in this service. */
            batch: components["schemas"]["BatchId"];
            /** @description Id that the agent chose when it started. */
            boot: string;
            /** @description When the batch was received, RFC 3339. */
            received: string;
            /**
             * Format: int64
             * @description Number of the batch since the agent started.
             */
            sequence: number;
            /** @description SHA-256 of the batch as the agent sent it, in hexadecimal. */
            sha256: string;
        };
        /**
         * Format: int64
         * @description Identifies a stored batch: the number of the revision that it made.
         */
        BatchId: number;
        /** @description A sum and its parts; `final` + `provisional` + `open` is `total`, as integers. */
        Breakdown: {
            /** @description The command that shows the same breakdown. */
            command: string;
            /** @description What was posted again after it had been posted, oldest first, with the reason: better or revised factors, windows that moved, restatements. */
            corrections?: components["schemas"]["Correction"][];
            /** @description The factors behind the sum, the largest energy first; their energies sum to the total. */
            factors: components["schemas"]["FactorShare"][];
            /** @description Part that was posted with final factors. */
            final: components["schemas"]["PostedSlice"];
            /** @description The sum by step of carbon intensity, the lowest first; steps without energy are left out. They sum to the total. */
            intensities: components["schemas"]["IntensityShare"][];
            /** @description Part that is not posted yet, at the best factors known. */
            open: components["schemas"]["OpenSlice"];
            /** @description Part that was posted with factors that may still be revised, or replace finer ones that are not available. */
            provisional: components["schemas"]["PostedSlice"];
            /** @description The sum that is broken down. */
            total: components["schemas"]["Slice"];
        };
        /** @description A budget and how it stands. */
        BudgetDocument: (components["schemas"]["PolicyDocument"] | null) & components["schemas"]["StandingDocument"] & {
            /** @description When the budget was made, RFC 3339. */
            created: string;
            /** @description Amount spent by day; empty in lists. */
            days: components["schemas"]["DayDocument"][];
            /** @description Decisions on the budget, oldest first; empty in lists. */
            decisions: components["schemas"]["DecisionDocument"][];
            /** @description Number of the budget. */
            id: components["schemas"]["BudgetId"];
            /**
             * Format: int64
             * @description Share of the limit that is spent or held, percent, rounded down; `null` outside the dates of a `fixed` period.
             */
            percent?: number | null;
            /** @description First moment of the current period, RFC 3339; `null` outside the dates of a `fixed` period. */
            period_from?: string | null;
            /** @description First moment after the current period, RFC 3339; `null` outside the dates of a `fixed` period. */
            period_to?: string | null;
            /** @description Why the policy cannot be read, in which case no job is admitted; absent if it can be read. */
            policy_error?: string | null;
            /** @description When the budget was ended, RFC 3339; `null` while it applies. */
            retired?: string | null;
            /** @description What needs attention, in words; `null` if nothing does. */
            warning?: string | null;
        };
        /** @description Identifies a budget: its number, from 1. JSON has it as a string of digits. */
        BudgetId: string;
        /** @description An override of a budget, or the request for one. */
        BudgetOverride: {
            admission?: components["schemas"]["AdmissionId"] | null;
            /** @description When it was asked for, RFC 3339; `null` if nobody asked. */
            asked?: string | null;
            /** @description Person who asked for it; `null` if nobody did. */
            asked_by?: string | null;
            /** @description Reason of that person; `null` if nobody asked. */
            asked_reason?: string | null;
            budget?: components["schemas"]["BudgetId"] | null;
            /** @description When it was granted or refused, RFC 3339; `null` while it is open. */
            decided?: string | null;
            /** @description When it expires, RFC 3339; `null` unless it was granted. */
            expires?: string | null;
            /** @description Number of the override. */
            id: components["schemas"]["OverrideId"];
            /** @description Person who granted or refused it; `null` while it is open. */
            name?: string | null;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description Reason of that person; `null` while it is open. */
            reason?: string | null;
            /** @description What became of the request; an override that nobody asked for is `approved`. */
            state: components["schemas"]["OverrideState"];
        };
        /** @description How one budget stands to a job. Amounts are in the budget's unit: mJ or µg. */
        BudgetShare: {
            /** @description Number of the budget. */
            budget: components["schemas"]["BudgetId"];
            /** @description Whether what the job needs is free. */
            fits: boolean;
            /**
             * Format: int64
             * @description Amount free before this job; negative after an overrun.
             */
            free: number;
            /**
             * Format: int64
             * @description Amount held before this job, for others.
             */
            held: number;
            /**
             * Format: int64
             * @description Limit in the period, with what was carried over from the last one.
             */
            limit: number;
            mode?: components["schemas"]["Mode"] | null;
            /** @description Name of the budget. */
            name: string;
            /**
             * Format: int64
             * @description Amount that the job needs (p95).
             */
            needed: number;
            /**
             * Format: int64
             * @description Amount spent before this job.
             */
            spent: number;
            unit?: components["schemas"]["Unit"] | null;
            /** @description End of the budget's period, RFC 3339; empty if its policy cannot be read. */
            until: string;
            /** @description All of this in one sentence. */
            words: string;
        };
        /** @description One change, sent as a server-sent event. */
        ChangeEvent: {
            /** @description Id or name of the thing; for a batch its agent, boot and sequence; for entries the number of new ones. */
            id: string;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description Kind of thing that changed. */
            what: components["schemas"]["ChangeKind"];
        };
        /**
         * @description The kind of thing that changed.
         * @enum {string}
         */
        ChangeKind: "batch" | "job" | "entries" | "project" | "site" | "node" | "factors" | "period" | "budget" | "admission" | "request";
        /** @description The factor of a zone or region, with the reason why it was chosen. */
        ChoiceDocument: components["schemas"]["FactorDocument"] & {
            /** @description Whether basis, gas or accounting are others than those wanted, because no factor of the wanted type is known. */
            basis_changed?: boolean;
            /** @description That step in words. */
            fallback: string;
            /**
             * Format: int32
             * @description Step of the fallback order that led to the factor, 1 to 6.
             */
            fallback_step: number;
            /** @description How the source made the value, in its own word, such as `TIME_SLICER_AVERAGE`; absent if it says nothing. */
            method?: string | null;
            /** @description What a reader has to know: zones that were replaced, the age of the data, limits of the value. */
            notes: string[];
            /** @description Grid zone that was asked for, directly or through a cloud region. */
            requested: string;
        };
        /** @description States what a job used. */
        CommitRequest: {
            /**
             * Format: int64
             * @description Location-based CO2e of the job, µg, 0 or more; its energy at the intensity of the estimate if absent.
             */
            co2e_ug?: number | null;
            /**
             * Format: int64
             * @description Facility energy of the job, mJ, 0 or more; what the ledger has of the job if absent.
             */
            energy_mj?: number | null;
        };
        /** @description Jobs side by side. */
        CompareDocument: {
            /**
             * Format: int64
             * @description A held accelerator counts as held-idle in a window if its mean power is below this percentage of its power limit.
             */
            held_idle_below_percent_of_limit: number;
            /** @description Whether the figures contain every acknowledged batch; one of the last second may be missing. */
            is_complete: boolean;
            /** @description The jobs, in the order of the request. */
            jobs: components["schemas"]["ComparedJob"][];
        };
        /** @description A job with figures by which jobs are compared; `null` means unknown. */
        ComparedJob: components["schemas"]["JobFootprint"] & {
            /**
             * Format: double
             * @description Time for which the job held accelerators, summed over them, hours.
             */
            device_hours: number;
            /**
             * Format: double
             * @description IT energy per device hour, including that of the hosts, kWh.
             */
            energy_kwh_per_device_hour?: number | null;
            /**
             * Format: double
             * @description Share of `device_hours` in which the accelerators did next to nothing, 0 to 1.
             */
            held_idle_share?: number | null;
            /**
             * Format: double
             * @description Mean carbon intensity, g CO2e per kWh of IT energy.
             */
            intensity_g_per_kwh?: number | null;
            /**
             * Format: int64
             * @description Mean power of one accelerator while held, mW.
             */
            power_mean_mw_per_device?: number | null;
        };
        /** @description What was posted again on one day for one reason: by how much a figure changed, and why. */
        Correction: {
            /**
             * Format: int64
             * @description Change of the location-based CO2e of the IT energy, µg.
             */
            co2e_ug: number;
            /** @description The day on which it was posted again, UTC, such as 2026-03-01. */
            day: string;
            /**
             * Format: int64
             * @description Number of entries that were replaced.
             */
            entries: number;
            /**
             * Format: int64
             * @description Change of the location-based CO2e of the facility overhead, µg.
             */
            overhead_co2e_ug: number;
            /** @description Why, in words. */
            reason: string;
        };
        /** @description What part of an amount of energy costs, in one currency. */
        Cost: {
            /**
             * Format: double
             * @description Cost in the currency's unit, derived from `amount_micro`.
             */
            amount: number;
            /**
             * Format: int64
             * @description Cost in millionths of the currency's unit.
             */
            amount_micro: number;
            /** @description ISO 4217 code of the currency. */
            currency: string;
            /**
             * Format: int64
             * @description Energy that has a price in this currency, mJ; the rest of the amount is not included.
             */
            energy_mj: number;
        };
        /** @description Amount spent on one day. */
        DayDocument: {
            /** @description Date in the time zone of the budget. */
            day: string;
            /**
             * Format: int64
             * @description Amount posted on that day, in the budget's unit: mJ or µg.
             */
            spent: number;
        };
        /** @description The answer to a job that asks whether it may run. */
        Decision: {
            /** @description Whether the job may run. */
            allowed: boolean;
            /** @description Every budget that applies to the job. */
            budgets: components["schemas"]["BudgetShare"][];
            /** @description The estimate that was compared with the budgets. */
            estimate: components["schemas"]["EstimateDocument"];
            /** @description Whether the job's p95 is held now. */
            held: boolean;
            id?: components["schemas"]["AdmissionId"] | null;
            /** @description Submission key of the request; `null` if it had none. */
            key?: string | null;
            /** @description Variants of the job that would be admitted; empty if the job itself is. */
            options: components["schemas"]["FitOption"][];
            /** @description The reason for people: what is needed, what is free, and until when. */
            reason: string;
            /** @description What should be known even though the job is allowed. */
            warnings: string[];
        };
        /** @description One recorded decision on a budget or an admission. */
        DecisionDocument: {
            /** @description What was done, such as `admit`, `deny`, `commit`, `create` or `revise`. */
            action: string;
            /** @description When it was made, RFC 3339. */
            at: string;
            /** @description Id of the token that made it, or `service`. */
            by: components["schemas"]["TokenId"];
            /** @description What the decision was based on. */
            document: Record<string, never>;
        };
        /** @description A device whose energy an agent meters. */
        DeviceDocument: {
            counted_in?: components["schemas"]["DeviceUuid"] | null;
            /** @description Number of the device, as `/devices/{id}/series` takes it. */
            id: components["schemas"]["DeviceId"];
            /**
             * Format: int32
             * @description Position among the devices of its kind in the node, from 0.
             */
            index: number;
            /** @description Whether it is an accelerator, a part of the host or the whole machine. */
            kind: components["schemas"]["DeviceKind"];
            /**
             * Format: int64
             * @description Power limit of the device, mW.
             */
            limit_mw: number;
            /** @description Product name of the device. */
            name: string;
            /** @description Node that the device is in. */
            node: components["schemas"]["NodeName"];
            /** @description Site of the node; `unassigned` until one is stated. */
            site: components["schemas"]["SiteName"];
            /** @description Identity of the device, as its driver states it. */
            uuid: components["schemas"]["DeviceUuid"];
        };
        /**
         * Format: int64
         * @description Identifies a device: its number, from 1 in the order in which devices were first declared.
         */
        DeviceId: number;
        /**
         * @description Which part of a machine a device is.
         * @enum {string}
         */
        DeviceKind: "accelerator" | "host" | "platform";
        /** @description Names a device by its UUID, and by its node too where several nodes have a device of that UUID. */
        DeviceRequest: components["schemas"]["DeviceUuid"] | {
            node?: components["schemas"]["NodeName"] | null;
            /** @description UUID of the device. */
            uuid: components["schemas"]["DeviceUuid"];
        };
        /** @description Identifies a device on its node: what its driver calls it, such as `GPU-8f2a…`. */
        DeviceUuid: string;
        /** @description Power of several devices over time, each a row of a heat map. */
        DevicesDocument: {
            /**
             * Format: int64
             * @description Length of a bucket, seconds.
             */
            bucket_s: number;
            /** @description The devices, by number. */
            devices: components["schemas"]["JobDevice"][];
            /** @description First moment of the series, RFC 3339. */
            from: string;
            /** @description Whether the figures contain every acknowledged batch; one of the last second may be missing. */
            is_complete: boolean;
            /** @description Start of each bucket in which any of the devices has windows, ms since 1970. */
            start_ms: number[];
            /** @description First moment after the series, RFC 3339. */
            to: string;
        };
        /** @description What one reason contributes to a difference. */
        DifferenceReason: {
            /**
             * Format: int64
             * @description Location-based CO2e of that energy, µg.
             */
            co2e_ug_location: number;
            /**
             * Format: int64
             * @description IT energy of the difference, mJ.
             */
            energy_mj: number;
            /**
             * Format: int64
             * @description Number of entries with this reason; 0 if no entry makes the difference.
             */
            entries: number;
            /** @description The reason in words, as the entries carry it. */
            reason: string;
        };
        /** @description How far the values of an edition lie from those of other editions that count for the same time; forecasts and fallbacks are not compared with. */
        EditionDifference: {
            /**
             * Format: int32
             * @description Mean size of that difference, whichever its sign, mg/kWh. For a forecast this is its mean absolute error.
             */
            absolute_mg_per_kwh: number;
            /**
             * Format: double
             * @description Time that was compared, in hours.
             */
            hours: number;
            /**
             * Format: int64
             * @description Mean of its value less the one that counts, mg/kWh, weighted by time: above 0 it says more.
             */
            mean_mg_per_kwh: number;
        };
        /** @description One edition of factors: one publisher, release, type and step. */
        EditionDocument: {
            /** @description Whose electricity the values describe. */
            accounting: components["schemas"]["Accounting"];
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            difference?: components["schemas"]["EditionDifference"] | null;
            /** @description Release of the publisher's data. */
            edition: string;
            /** @description First moment that any of its values describes, in the range or not, RFC 3339. */
            first: string;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /** @description Mean of its values in each bucket of `start_ms`, mg/kWh; `null` where it has none. */
            intensity_mg_per_kwh: (number | null)[];
            /** @description Whether the values are forecasts. */
            is_forecast: boolean;
            /**
             * Format: double
             * @description Share of the range that its values describe, 0 to 1. A value of another year may count without describing it.
             */
            known_share: number;
            /** @description First moment after all of its values, RFC 3339. */
            last: string;
            /** @description Licence of the values. */
            licence: string;
            /** @description When the newest values were obtained, RFC 3339; `null` for the library. */
            obtained?: string | null;
            /** @description Publisher of the values. */
            publisher: string;
            /** @description The same in a sentence. */
            reason: string;
            /** @description Length of time that one value describes, as a word. */
            resolution: components["schemas"]["Resolution"];
            source?: components["schemas"]["FactorSource"] | null;
            /** @description Name of the file or the provider; `null` for the library. */
            source_name?: string | null;
            /** @description Whether it counts, or why not. */
            standing: components["schemas"]["EditionStanding"];
            status?: components["schemas"]["FactorStatus"] | null;
            /**
             * Format: int64
             * @description That length in seconds; a month has 31 days and a year 366.
             */
            step_s: number;
            /**
             * Format: double
             * @description Share of the range for which its mean of that hour of the week in that month stands in, 0 to 1.
             */
            typical_share: number;
            /**
             * Format: double
             * @description Share of the range for which its value counts, 0 to 1.
             */
            used_share: number;
            /** @description Grid zone that the values describe: the country where a part of it has none of its own. */
            zone: components["schemas"]["ZoneId"];
        };
        /**
         * @description Whether the values of an edition count for a zone in a stretch of time, or why they do not.
         * @enum {string}
         */
        EditionStanding: "used" | "typical" | "marginal" | "not_wanted" | "no_value" | "other_type" | "superseded" | "coarser" | "outranked";
        /** @description The editions of a zone's factors over time, side by side. */
        EditionsDocument: {
            /**
             * Format: int64
             * @description Length of a bucket, seconds.
             */
            bucket_s: number;
            /** @description The editions: those that count for most of the time first, then the newest. At most 32. */
            editions: components["schemas"]["EditionDocument"][];
            /** @description Number of editions that are left out. */
            editions_left_out: number;
            /** @description First moment of the range, RFC 3339. */
            from: string;
            /** @description Times since its first value of an hour or less for which nothing but a forecast of the wanted type is known, if that, in order: the latest 200. */
            gaps: components["schemas"]["FactorGapDocument"][];
            /** @description Number of earlier gaps that are left out. */
            gaps_left_out: number;
            /** @description Name of the zone, for people. */
            name: string;
            /** @description Start of each bucket, ms since 1970; every bucket of the range is there. */
            start_ms: number[];
            /** @description First moment after the range, RFC 3339. */
            to: string;
            /** @description Grid zone of the editions. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description A report with the budget overrides that were granted in its time. */
        EmissionsDocument: components["schemas"]["Report"] & {
            /** @description Overrides of budgets that were granted in the time of the report, newest first. */
            overrides: components["schemas"]["BudgetOverride"][];
        };
        /** @description An enrolment code without its secret. */
        EnrolmentCodeDocument: {
            /** @description When the code was made, RFC 3339. */
            created: string;
            /** @description When the code expires, RFC 3339. */
            expires: string;
            /** @description Id by which the code is listed and revoked. */
            id: components["schemas"]["TokenId"];
            /** @description What the code is for. */
            name: string;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description When the code was revoked, RFC 3339; `null` while it is not. */
            revoked?: string | null;
            /**
             * Format: int32
             * @description How many nodes have used it.
             */
            uses: number;
            /**
             * Format: int32
             * @description How many nodes may use it.
             */
            uses_max: number;
        };
        /** @description Asks for a code with which nodes get tokens of their own. */
        EnrolmentCodeRequest: {
            /** @description When the code expires, RFC 3339; within 31 days from now. */
            expires: string;
            /** @description What the code is for, for people. */
            name: string;
            project?: components["schemas"]["ProjectName"] | null;
            /**
             * Format: int32
             * @description How many nodes may use it, 1 to 10,000.
             */
            uses: number;
        };
        /** @description A node asks for its token. */
        EnrolmentRequest: {
            /** @description The code, as it was shown. */
            code: string;
            /** @description Name of the node, as its agent states it. */
            node: components["schemas"]["NodeName"];
        };
        /** @description A ledger entry. It is never changed; a reversal takes it back. */
        EntryDocument: {
            /**
             * Format: double
             * @description CO2e in grams, derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of the IT energy, µg.
             */
            co2e_ug: number;
            /** @description Kind of device that used the energy: `accelerator`, `host` or `platform`. */
            component: string;
            /**
             * Format: int64
             * @description Device time that was observed, ns.
             */
            covered_ns: number;
            /** @description First moment after the energy in this entry, RFC 3339. */
            end: string;
            /**
             * Format: double
             * @description IT energy in kWh, derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description IT energy, mJ; negative in a reversal.
             */
            energy_mj: number;
            /** @description SHA-256 over the hash of the entry before and this entry, in hexadecimal. */
            hash: string;
            /** @description Number of the entry in the chain, from 1. */
            id: components["schemas"]["EntryId"];
            /**
             * Format: int32
             * @description Carbon intensity that was applied, mg CO2e/kWh.
             */
            intensity_mg_per_kwh: number;
            job?: components["schemas"]["JobId"] | null;
            /** @description Why the entry exists. */
            kind: components["schemas"]["EntryKind"];
            /**
             * Format: int64
             * @description Part of the IT energy that was modelled or bridged, not measured, mJ.
             */
            modelled_mj: number;
            /** @description Node on which the energy was used. */
            node: components["schemas"]["NodeName"];
            /**
             * Format: int64
             * @description Location-based CO2e of the overhead, µg.
             */
            overhead_co2e_ug: number;
            /**
             * Format: int64
             * @description Facility overhead of the IT energy, mJ.
             */
            overhead_mj: number;
            /** @description First moment after the posting period, RFC 3339. */
            period_end: string;
            /** @description First moment of the posting period, RFC 3339. */
            period_start: string;
            /** @description When the entry was posted, RFC 3339. */
            posted: string;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description Whether the factor may still be revised, or replaces a finer one that is not available. */
            provisional: boolean;
            /**
             * Format: int32
             * @description Power usage effectiveness that was applied, parts per million: 1,000,000 is 1.0.
             */
            pue_ppm: number;
            /** @description Why the entry was made, in words; empty for a first posting. */
            reason: string;
            reverses?: components["schemas"]["EntryId"] | null;
            /** @description Site of the node; `unassigned` if none was stated. */
            site: components["schemas"]["SiteName"];
            /**
             * Format: int64
             * @description Device time that the entry covers, observed or not, ns.
             */
            span_ns: number;
            /** @description First moment of the energy in this entry, RFC 3339. */
            start: string;
        };
        /**
         * Format: int64
         * @description Identifies a ledger entry: its number, from 1 without a gap.
         */
        EntryId: number;
        /**
         * @description Why a ledger entry exists.
         * @enum {string}
         */
        EntryKind: "original" | "supplement" | "reversal" | "repost";
        /**
         * @description What the mean power of an estimate is based on.
         * @enum {string}
         */
        EstimateBasis: "stated" | "alike" | "fleet" | "prior";
        /** @description An estimate of facility energy and CO2e, with everything that it rests on. */
        EstimateDocument: {
            /**
             * Format: int64
             * @description Number of accelerators that the job takes.
             */
            accelerators: number;
            /** @description Every input of the estimate with its source. */
            assumptions: components["schemas"]["Assumption"][];
            /** @description What the mean power is based on. */
            basis: components["schemas"]["EstimateBasis"];
            /**
             * Format: double
             * @description Expected CO2e in tonnes, derived from `co2e_ug`.
             */
            co2e_t: number;
            /**
             * Format: int64
             * @description Expected location-based CO2e (p50), µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description Expected facility energy (p50), mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description Expected facility energy in MWh, derived from `energy_mj`.
             */
            energy_mwh: number;
            /**
             * Format: double
             * @description Wall time that p50 assumes, hours: what jobs like it took, at most `hours`.
             */
            expected_hours: number;
            /**
             * Format: double
             * @description Wall time that p95 assumes, hours: what the request asks for.
             */
            hours: number;
            /**
             * Format: int32
             * @description Carbon intensity of the grid, mg CO2e/kWh.
             */
            intensity_mg_per_kwh: number;
            /** @description The amount that one job in twenty exceeds. An admission holds this much. */
            p95: components["schemas"]["Weight"];
            /**
             * Format: double
             * @description Mean power of one accelerator with its share of the host, W.
             */
            power_w: number;
            /**
             * Format: double
             * @description Power usage effectiveness: facility energy / IT energy.
             */
            pue: number;
            /** @description Data quality tier; always `E`, an estimate in which nothing of this job is measured. */
            tier: string;
        };
        /** @description A job to be estimated. */
        EstimateRequest: {
            /** @description Type of accelerator: a key of the bundled table, an NVML name, or a family such as A100. */
            accelerator: string;
            /**
             * Format: int64
             * @description Number of accelerators, 1 or more.
             */
            count: number;
            /**
             * Format: double
             * @description Wall time, hours, above 0. An admission without it takes the longest default of the budgets that apply; an estimate needs it.
             */
            hours?: number | null;
            impact?: components["schemas"]["ImpactRequest"] | null;
            /**
             * Format: double
             * @description Carbon intensity, 0 to 1500 g CO2e/kWh; give at most one of this, `zone` and `region`.
             */
            intensity?: number | null;
            job?: components["schemas"]["JobId"] | null;
            /** @description Labels of the job, each with its value. */
            labels?: {
                [key: string]: string;
            };
            /** @description Name of the job, its container image or its script. Jobs of one project and name are expected to be alike. */
            name?: string | null;
            /**
             * Format: double
             * @description Ratio of p95 to p50 of the power, 1 to 10; the service's own figure if absent.
             */
            p95_over_p50?: number | null;
            /**
             * Format: double
             * @description Mean power of one accelerator with its share of the host, W, above 0; give this or `utilisation`.
             */
            power_w?: number | null;
            project?: components["schemas"]["ProjectName"] | null;
            /**
             * Format: double
             * @description Power usage effectiveness: facility energy / IT energy, 1 to 3; that of the site if absent.
             */
            pue?: number | null;
            /** @description Cloud region, as `provider/region`. */
            region?: string | null;
            site?: components["schemas"]["SiteName"] | null;
            /** @description When the job is to start, a UTC date or RFC 3339; now if absent. */
            start?: string | null;
            /** @description User who submits the job. */
            user?: string | null;
            /**
             * Format: double
             * @description Mean power of the accelerator as a share of its TDP, above 0 and at most 1; published figures if absent.
             */
            utilisation?: number | null;
            zone?: components["schemas"]["ZoneId"] | null;
        };
        /** @description An entry with everything that it was computed from. */
        ExplanationDocument: {
            /** @description The entry that is explained. */
            entry: components["schemas"]["EntryDocument"];
            /** @description The factor that turned its energy into CO2e. */
            factor: components["schemas"]["FactorUsed"];
            factor_evidence?: components["schemas"]["FactorEvidenceDocument"] | null;
            /** @description What each batch contributed; their `energy_mj` sum to the entry's. */
            postings: components["schemas"]["PostingDocument"][];
            /** @description Windows as they were attributed to the entry; their `energy_mj` sum to the entry's. */
            windows: components["schemas"]["WindowDocument"][];
        };
        /** @description A carbon intensity factor with its type. */
        FactorDocument: {
            /** @description Whose electricity the factor describes. */
            accounting: components["schemas"]["Accounting"];
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            /** @description Release of the publisher's data. */
            edition: string;
            /**
             * Format: double
             * @description Intensity in g of the gas per kWh, derived from `intensity_mg_per_kwh`.
             */
            g_per_kwh: number;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /**
             * Format: int32
             * @description Intensity in mg of the gas per kWh.
             */
            intensity_mg_per_kwh: number;
            /** @description Licence of the value. */
            licence: string;
            /** @description Name of the zone, for people. */
            name: string;
            /** @description What a reader has to know about the value; absent if there is nothing. */
            note?: string;
            /** @description Time that the factor describes, as an ISO 8601 interval whose end is exclusive. */
            period: string;
            /** @description Publisher of the value. */
            publisher: string;
            /** @description Length of time that one value describes. */
            resolution: components["schemas"]["Resolution"];
            /** @description How far the value can be relied on. */
            status: components["schemas"]["FactorStatus"];
            /** @description Grid zone that the factor describes. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description Where a factor was read from. The bytes are kept, and `wattledger verify` compares them with their hash. */
        FactorEvidenceDocument: {
            /** @description Name of the file or the provider. */
            name: string;
            /** @description When the bytes were obtained, RFC 3339. */
            obtained: string;
            /** @description SHA-256 of the bytes, hexadecimal. */
            sha256: string;
            /** @description Whether a file was imported or a provider answered. */
            source: components["schemas"]["FactorSource"];
        };
        /** @description A past time for which nothing but a forecast of an hour or less of the wanted type is known, if that. */
        FactorGapDocument: {
            /** @description Whether what stands in is of another type than wanted. */
            basis_changed: boolean;
            /** @description Release of the publisher's data. */
            edition: string;
            /** @description First moment after it, RFC 3339; the last full hour where values may still come. */
            end: string;
            /** @description That step in words. */
            fallback: string;
            /**
             * Format: int32
             * @description Step of the fallback order that stands in, 1 to 6.
             */
            fallback_step: number;
            /** @description Publisher of the value that stands in. */
            publisher: string;
            /** @description First moment of the gap, RFC 3339. */
            start: string;
        };
        /** @description Which factors a site wants, from a moment on. */
        FactorPreferenceDocument: {
            accounting?: components["schemas"]["Accounting"] | null;
            basis?: components["schemas"]["Basis"] | null;
            gas?: components["schemas"]["Gas"] | null;
            /** @description Publishers whose series may be used, the preferred one first; any if empty. */
            publishers: string[];
            /** @description When the site began to want them, RFC 3339. */
            since: string;
        };
        /** @description States which factors a site wants from a moment on. What is not stated is that of the best series of its zone. */
        FactorPreferenceRequest: {
            accounting?: components["schemas"]["Accounting"] | null;
            basis?: components["schemas"]["Basis"] | null;
            gas?: components["schemas"]["Gas"] | null;
            /** @description Publishers whose series may be used, the preferred one first; any if empty. */
            publishers?: string[];
            /** @description When the site begins to want them, a UTC date or RFC 3339. */
            since: string;
        };
        /** @description A factor and what was computed with it. Factors that differ only in their time are joined. */
        FactorShare: components["schemas"]["FactorUsed"] & {
            /**
             * Format: int64
             * @description Location-based CO2e of the IT energy, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description IT energy of this share, mJ.
             */
            energy_mj: number;
            /**
             * Format: int64
             * @description Number of entries that count: neither reversed nor reversals.
             */
            entries: number;
            /**
             * Format: int32
             * @description Highest carbon intensity among them, mg CO2e/kWh.
             */
            intensity_max_mg_per_kwh: number;
            /**
             * Format: int32
             * @description Lowest carbon intensity among them, mg CO2e/kWh.
             */
            intensity_min_mg_per_kwh: number;
            /**
             * Format: int64
             * @description Location-based CO2e of the facility overhead, µg.
             */
            overhead_co2e_ug: number;
        };
        /**
         * @description Where factors were obtained.
         * @enum {string}
         */
        FactorSource: "file" | "provider";
        /**
         * @description How far a factor can be relied on for the energy that it is applied to.
         * @enum {string}
         */
        FactorStatus: "measured" | "estimated" | "provisional" | "forecast" | "fallback";
        /** @description The carbon intensity factor of an entry, with its type. */
        FactorUsed: {
            /** @description Whose electricity the factor describes. */
            accounting: components["schemas"]["Accounting"];
            /** @description Grid zone of the site, for which a factor was looked up. */
            asked: components["schemas"]["ZoneId"];
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            /** @description Whether basis, gas or accounting are others than those wanted; absent if they are those. */
            basis_changed?: boolean;
            /** @description Release of the publisher's data. */
            edition: string;
            /**
             * Format: int32
             * @description Step of the fallback order that led to the factor, 1 to 6.
             */
            fallback_step: number;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /** @description Licence of the value. */
            licence: string;
            /** @description How the source made the value, in its own word, such as `TIME_SLICER_AVERAGE`; absent if it says nothing. */
            method?: string | null;
            /** @description What a reader has to know about the value, such as which zone it replaces. */
            notes: string[];
            /** @description Time that the factor describes, as an ISO 8601 interval. */
            period: string;
            /** @description Publisher of the value. */
            publisher: string;
            /** @description How far the value can be relied on. */
            status: components["schemas"]["FactorStatus"];
            /** @description Grid zone that the factor describes. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description The figures of a time. */
        Figures: {
            /** @description Unallocated idle IT energy. */
            idle: components["schemas"]["Amount"];
            /** @description `total` + `idle`: all metered IT energy. */
            metered: components["schemas"]["Amount"];
            /** @description Facility overhead of `total` and `idle`, included in neither. */
            overhead: components["schemas"]["Amount"];
            /** @description IT energy of jobs. */
            total: components["schemas"]["Amount"];
        };
        /** @description Says how a job ended. */
        FinishRequest: {
            /**
             * Format: int32
             * @description Exit status of the process; negative for the signal that ended it.
             * @default null
             */
            exit_status: number | null;
            /**
             * @description When the job ended, RFC 3339; now if absent.
             * @default null
             */
            to: string | null;
        };
        /**
         * @description In what way an option differs from the job that was denied.
         * @enum {string}
         */
        FitKind: "fewer_accelerators" | "shorter_limit" | "greener_start" | "other_site" | "next_period";
        /** @description A variant of a denied job that the budgets would admit. */
        FitOption: {
            /** @description The `wattledger check` command that asks for it. */
            command: string;
            /**
             * Format: int64
             * @description Number of accelerators that the variant takes.
             */
            count: number;
            /**
             * Format: double
             * @description Wall time limit, hours.
             */
            hours: number;
            /** @description In what way it differs from the job that was denied. */
            kind: components["schemas"]["FitKind"];
            /** @description What it would hold. */
            p95: components["schemas"]["Weight"];
            site?: components["schemas"]["SiteName"] | null;
            /** @description When it starts, RFC 3339; `null` for now. */
            start?: string | null;
            /** @description The variant in words, with what it would hold. */
            title: string;
        };
        /** @description A time for which a device's readings are incomplete. */
        GapDocument: {
            /** @description Number of the batch that reports the gap. */
            batch: components["schemas"]["BatchId"];
            /** @description Number of the device. */
            device: components["schemas"]["DeviceId"];
            /** @description First moment after the gap, RFC 3339. */
            end: string;
            /** @description Node that the device is in. */
            node: components["schemas"]["NodeName"];
            /** @description Why there is a gap; with `merged`, windows were combined and no energy is missing. */
            reason: components["schemas"]["GapReason"];
            /** @description First moment of the gap, RFC 3339. */
            start: string;
            /** @description Identity of the device, as its driver states it. */
            uuid: components["schemas"]["DeviceUuid"];
        };
        /**
         * @description Why windows are missing or coarser than usual.
         * @enum {string}
         */
        GapReason: "agent_stopped" | "unread" | "dropped" | "merged" | "set_back" | "set_ahead";
        /**
         * @description Which gases are counted.
         * @enum {string}
         */
        Gas: "CO2" | "CO2e";
        /** @description The best start of a job, and what it saves. */
        GreenerDocument: {
            /** @description Whose electricity is described. */
            accounting: components["schemas"]["Accounting"];
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            /**
             * Format: double
             * @description CO2e of the job from that start in g; `null` without `power_w`.
             */
            co2e_g?: number | null;
            /** @description How sure it is that another start is better. */
            confidence: components["schemas"]["Outlook"];
            /** @description Release of the publisher's data. */
            edition: string;
            /**
             * Format: double
             * @description Mean intensity over the job from that start, in g/kWh.
             */
            g_per_kwh: number;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /**
             * Format: double
             * @description Share of the time that was compared, 0 to 1, of which values or forecasts are known.
             */
            known_share: number;
            /**
             * Format: double
             * @description Mean of that over all starts that were compared, in g/kWh.
             */
            mean_g_per_kwh: number;
            /** @description What a reader has to know, one sentence each. */
            notes: string[];
            /** @description The present, RFC 3339, with which the start is compared. */
            now: string;
            /**
             * Format: double
             * @description Mean intensity over the job when it starts at once, in g/kWh.
             */
            now_g_per_kwh: number;
            /** @description Publisher of the intensities at the start. */
            publisher: string;
            /**
             * Format: double
             * @description Grams saved against the mean of all starts; `null` without `power_w`.
             */
            saving_to_mean_g?: number | null;
            /**
             * Format: double
             * @description What the start saves against the mean of all starts, in percent.
             */
            saving_to_mean_percent: number;
            /**
             * Format: double
             * @description Grams saved against starting at once; `null` without `power_w`.
             */
            saving_to_now_g?: number | null;
            /**
             * Format: double
             * @description What the start saves against starting at once, in percent.
             */
            saving_to_now_percent: number;
            /** @description When to start, RFC 3339; the present where no other start is known to be better. */
            start: string;
            /** @description Grid zone that was asked for, or that of the site. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description State of the service. */
        Health: {
            /** @description Always `ok`; a service that is not well answers with a problem document. */
            status: string;
            /** @description Version of the service. */
            version: string;
        };
        /** @description What an admission holds of one budget, in the budget's unit: mJ or µg. */
        HoldDocument: {
            /** @description Number of the budget. */
            budget: components["schemas"]["BudgetId"];
            /**
             * Format: int64
             * @description Amount that is still held.
             */
            held: number;
            /**
             * Format: int64
             * @description Amount that was reserved.
             */
            reserved: number;
            /**
             * Format: int64
             * @description Amount that was stated as used and is not in the ledger.
             */
            settled: number;
        };
        /** @description States who is responsible for a site's unallocated idle energy. */
        IdleOwnerRequest: {
            /** @description Name of a project, a team or an address: 1 to 128 of A-Z a-z 0-9 . _ : @ + -; `null` for nobody. */
            owner?: string | null;
        };
        /** @description What is added by something that the one who asks has summed. Either unit may be negative: what takes away more than it adds. */
        ImpactRequest: {
            /**
             * Format: int64
             * @description Expected location-based CO2e, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description Expected facility energy, mJ.
             */
            energy_mj: number;
            /**
             * Format: int64
             * @description CO2e that one case in twenty exceeds, µg; at least `co2e_ug`.
             */
            p95_co2e_ug: number;
            /**
             * Format: int64
             * @description Facility energy that one case in twenty exceeds, mJ; at least `energy_mj`.
             */
            p95_energy_mj: number;
        };
        /** @description What an import has taken and changed. */
        ImportDocument: {
            /**
             * Format: int64
             * @description Number of entries that were posted again because of better values, reversals included.
             */
            entries: number;
            /** @description Number of rows with an empty value. They are gaps, for which the next step of the fallback order stands in. */
            gaps: number;
            /** @description Number of values that were not known yet. */
            new: number;
            /** @description Number of rows of zones that were not asked for. */
            other_zones: number;
            /** @description Number of posted entries that would get another factor now: final ones, and those of closed periods. They keep theirs until they are restated. */
            outdated_entries: number;
            /** @description The first of them, with what is wrong; neighbouring lines with the same reason are one. */
            refusals: components["schemas"]["RefusalDocument"][];
            /** @description Number of rows that were refused. */
            refused: number;
            /** @description The command that restates those entries; `null` if there are none. */
            restate?: string | null;
            /** @description Number of values that replace an older one, which stays readable. */
            revised: number;
            /** @description The series that values were taken for. */
            series: components["schemas"]["ImportedSeries"][];
            /** @description Number of rows of which a value was taken. */
            taken: number;
            /** @description Number of values that were known already. */
            unchanged: number;
        };
        /** @description A series that values were taken for, with its type. */
        ImportedSeries: {
            /** @description Whose electricity the values describe. */
            accounting: components["schemas"]["Accounting"];
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            /** @description Release of the publisher's data. */
            edition: string;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /** @description Licence of the values. */
            licence: string;
            /** @description Publisher of the values. */
            publisher: string;
            /** @description Number of values in the file. */
            values: number;
            /** @description Grid zone of the values. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description Carbon intensity of a grid zone over time. */
        IntensityDocument: {
            /**
             * Format: int64
             * @description Length of a bucket, seconds.
             */
            bucket_s: number;
            factor?: components["schemas"]["IntensityFactor"] | null;
            /** @description First moment of the series, RFC 3339. */
            from: string;
            /** @description Mean intensity of each bucket, mg CO2e/kWh. */
            intensity_mg_per_kwh: number[];
            /** @description Highest intensity in each bucket, mg CO2e/kWh. */
            max: number[];
            /** @description Lowest intensity in each bucket, mg CO2e/kWh. */
            min: number[];
            /** @description The factors that describe the rest of the time. */
            other_factors: components["schemas"]["IntensityFactor"][];
            /** @description Start of each bucket, ms since 1970. */
            start_ms: number[];
            /** @description Status of the least certain factor in each bucket. */
            status: components["schemas"]["FactorStatus"][];
            /** @description First moment after the series, RFC 3339. */
            to: string;
            /** @description Grid zone of the series; of a site that moved to another zone, the one at the end. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description Where the intensities of a series come from, with their type. */
        IntensityFactor: {
            /** @description Whose electricity the factor describes. */
            accounting: components["schemas"]["Accounting"];
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            /** @description Whether basis, gas or accounting are others than those wanted. */
            basis_changed?: boolean;
            /** @description Release of the publisher's data. */
            edition: string;
            /**
             * Format: int32
             * @description Step of the fallback order that led to the factor, 1 to 6.
             */
            fallback_step: number;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /** @description Licence of the values. */
            licence: string;
            /** @description What a reader has to know about the values. */
            notes: string[];
            /** @description Publisher of the values. */
            publisher: string;
            /** @description Length of time that one value describes: `interval` for an hour or less, `daily`, `monthly` or `yearly`. */
            resolution: string;
            /** @description Grid zone that the factor describes. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description What was used while the grid's carbon intensity was within one step of a fixed scale. */
        IntensityShare: {
            /**
             * Format: int32
             * @description First intensity above the step, g CO2e/kWh; `null` for the last step.
             */
            below_g_per_kwh?: number | null;
            /**
             * Format: int64
             * @description Location-based CO2e of the IT energy, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description IT energy of this share, mJ.
             */
            energy_mj: number;
            /**
             * Format: int32
             * @description Lowest intensity of the step, g CO2e/kWh.
             */
            from_g_per_kwh: number;
        };
        /** @description Power of one device over time, or of the part of a job on it. */
        JobDevice: {
            /**
             * Format: int64
             * @description Energy of all buckets, mJ.
             */
            energy_mj: number;
            /** @description Number of the device. */
            id: components["schemas"]["DeviceId"];
            /**
             * Format: int32
             * @description Position among the devices of its kind in the node, from 0.
             */
            index: number;
            /** @description Product name of the device. */
            name: string;
            /** @description Node that the device is in. */
            node: components["schemas"]["NodeName"];
            /** @description Mean power in each bucket of `start_ms`, mW; `null` where the device has no windows. */
            power_mean_mw: (number | null)[];
            /** @description Identity of the device, as its driver states it. */
            uuid: components["schemas"]["DeviceUuid"];
        };
        /** @description What is known about a job. */
        JobDocument: {
            /**
             * Format: int32
             * @description Number of the attempt, from 1; `null` if none was stated.
             */
            attempt?: number | null;
            /**
             * Format: double
             * @description Seconds from its start to its end, or until now; `null` if no start is known.
             */
            duration_s?: number | null;
            /** @description When the job ended or will end, RFC 3339; `null` while no end is known. */
            ended?: string | null;
            /**
             * Format: int32
             * @description Exit status of its process, negative for a signal; `null` if none was stated.
             */
            exit_status?: number | null;
            /** @description Id of the job, unique in this service. */
            id: components["schemas"]["JobId"];
            /** @description Labels of the job, each with its value. */
            labels: {
                [key: string]: string;
            };
            /** @description Name of the job for people; `null` if none was stated. */
            name?: string | null;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description When the job started, RFC 3339; `null` if that is not known. */
            started?: string | null;
            /** @description Whether the job still runs. */
            state: components["schemas"]["JobProgress"];
        };
        /** @description A job with what it used. */
        JobFootprint: components["schemas"]["JobDocument"] & {
            /**
             * Format: double
             * @description CO2e in grams, derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of the IT energy, µg.
             */
            co2e_ug: number;
            /**
             * Format: double
             * @description IT energy in kWh, derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description IT energy of the job, posted and open, mJ.
             */
            energy_mj: number;
            /** @description Path of the breakdown of `energy_mj` into final, provisional and open, with its factors and entries. */
            explain: string;
            /** @description The same figures as a report, with overhead, cost and the part that is not posted yet. */
            footprint: components["schemas"]["Report"];
            /**
             * Format: double
             * @description Energy per training step, kWh; `null` if it reported no steps.
             */
            kwh_per_step?: number | null;
            marginal?: components["schemas"]["MarginalDocument"] | null;
            /** @description How good the figures are. */
            quality: components["schemas"]["ReportQuality"];
            /**
             * Format: int64
             * @description Training samples in its latest report; `null` if it reported none.
             */
            samples?: number | null;
            /**
             * Format: int64
             * @description Training steps in its latest report; `null` if it reported none.
             */
            steps?: number | null;
        };
        /** @description Identifies a job: what its scheduler or `wattledger run` calls it, unique in a ledger. */
        JobId: string;
        /** @description A job in a list, with its IT energy. */
        JobItem: components["schemas"]["JobDocument"] & {
            /**
             * Format: double
             * @description CO2e in grams, derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of the IT energy, µg; the open part at the best factors known.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description Time for which the job held accelerators, summed over them, µs; `null` if that is not known.
             */
            device_us?: number | null;
            /**
             * Format: double
             * @description IT energy in kWh, derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description IT energy of the job, posted and open, mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description `held_idle_us` / `device_us`, 0 to 1; `null` if that is not known.
             */
            held_idle_share?: number | null;
            /**
             * Format: int64
             * @description Part of `device_us` in which they did next to nothing, µs; `null` if that is not known.
             */
            held_idle_us?: number | null;
            /**
             * Format: double
             * @description Mean carbon intensity, g CO2e per kWh of IT energy; `null` without energy.
             */
            intensity_g_per_kwh?: number | null;
            /**
             * Format: double
             * @description Energy per training step, kWh; `null` if it reported no steps.
             */
            kwh_per_step?: number | null;
            /**
             * Format: int64
             * @description Training steps in its latest report; `null` if it reported none.
             */
            steps?: number | null;
        };
        /**
         * @description Whether a job still runs.
         * @enum {string}
         */
        JobProgress: "running" | "ended";
        /** @description Announces a job and the devices that it holds. */
        JobRequest: {
            /**
             * Format: int32
             * @description Number of the attempt, from 1, if the job is run again under the same id.
             */
            attempt?: number | null;
            /** @description Devices that the job holds. */
            devices?: components["schemas"]["DeviceRequest"][];
            /** @description When the job started to hold them, RFC 3339; now if absent. */
            from?: string | null;
            /** @description Id of the job: 1 to 128 of A-Z a-z 0-9 . _ : @ + - */
            job: components["schemas"]["JobId"];
            /** @description Labels of the job, each with its value. */
            labels?: {
                [key: string]: string;
            };
            /** @description Name of the job, for people. */
            name?: string | null;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description When the job lets them go, RFC 3339; when it is finished if absent. */
            to?: string | null;
        };
        /** @description Totals of the selected jobs by state. */
        JobTotalsDocument: {
            /** @description Jobs that have ended with an exit status other than 0. */
            failed: components["schemas"]["JobTotalsPart"];
            /** @description Jobs that run at this moment. */
            running: components["schemas"]["JobTotalsPart"];
            /** @description Jobs that have ended without failing. */
            succeeded: components["schemas"]["JobTotalsPart"];
        };
        /** @description Number of jobs in one state, with what they used together. */
        JobTotalsPart: {
            /**
             * Format: double
             * @description CO2e in grams, derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Location-based CO2e of that energy, µg.
             */
            co2e_ug: number;
            /**
             * Format: double
             * @description Their IT energy in kWh, derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description Their IT energy, posted and open, mJ.
             */
            energy_mj: number;
            /**
             * Format: int64
             * @description Number of jobs in this state.
             */
            jobs: number;
        };
        /** @description What a listing changed. */
        KubernetesLook: {
            /**
             * Format: int64
             * @description Number of admissions that were made, resized or ended.
             */
            changed: number;
            /**
             * Format: int64
             * @description Number of objects that cannot be read, which are not counted.
             */
            unreadable: number;
        };
        /** @description What one more kWh emitted where and when a job ran; for information, and in no total. */
        MarginalDocument: {
            /** @description Which part of the life cycle of electricity is counted. */
            basis: components["schemas"]["Basis"];
            /**
             * Format: double
             * @description The same in grams, derived from `co2e_ug`.
             */
            co2e_g: number;
            /**
             * Format: int64
             * @description Posted IT energy times the marginal intensity of its times, in µg.
             */
            co2e_ug: number;
            /**
             * Format: double
             * @description Share of the posted energy for whose times a marginal intensity is known, 0 to 1; the rest is not in `co2e_ug`.
             */
            covered_share: number;
            /** @description Release of the publisher's data. */
            edition: string;
            /** @description Which gases are counted. */
            gas: components["schemas"]["Gas"];
            /** @description Publisher of the marginal intensities. */
            publisher: string;
        };
        /**
         * @description What happens to a job that does not fit into a budget.
         * @enum {string}
         */
        Mode: "observe" | "warn" | "block";
        /** @description A new enrolment code. Its secret is shown only in this answer. */
        NewEnrolmentCode: {
            /** @description The code itself, 80 hexadecimal digits. */
            code: string;
            /** @description Id by which the code is listed and revoked. */
            id: components["schemas"]["TokenId"];
        };
        /** @description A new token. Its secret is shown only in this answer. */
        NewToken: {
            /** @description Id by which the token is listed and revoked. */
            id: components["schemas"]["TokenId"];
            /** @description The token itself, `wl_…`. */
            token: string;
        };
        /** @description A machine whose devices an agent meters. */
        NodeDocument: {
            /** @description Name of the node, as its agent states it. */
            name: components["schemas"]["NodeName"];
            /** @description When the last batch of the node arrived, RFC 3339. */
            seen: string;
            /** @description Site of the node; `unassigned` until one is stated. */
            site: components["schemas"]["SiteName"];
            /** @description Program that last sent a batch for the node, with its version. */
            software: string;
            token?: components["schemas"]["TokenId"] | null;
        };
        /** @description Identifies a node by its name: what its agent calls it, unique in a ledger. */
        NodeName: string;
        /** @description Which token speaks for a node from now on. */
        NodeTokenRequest: {
            /** @description Id of the token that speaks for the node from now on, in the place of the one that did. */
            token: components["schemas"]["TokenId"];
        };
        /** @description The part of a sum that is not posted yet. */
        OpenSlice: components["schemas"]["Slice"] & {
            /** @description Number of hours by job, node and kind of device that are not posted yet. */
            accounts: number;
        };
        /**
         * @description What a gate does with a job while the service is unreachable.
         * @enum {string}
         */
        Outage: "open" | "closed";
        /**
         * @description What is known of the grid in the hours to come.
         * @enum {string}
         */
        Outlook: "forecast" | "typical" | "unknown";
        /** @description Identifies an override or the request for one: its number, from 1. JSON has it as a string of digits. */
        OverrideId: string;
        /** @description Grants an exception for a time. */
        OverrideRequest: {
            /** @description When the exception expires, a UTC date or RFC 3339. */
            expires: string;
            /** @description Person who is responsible for the exception. */
            name: string;
            /** @description Why, in words that others will read. */
            reason: string;
        };
        /**
         * @description What became of a request for an override.
         * @enum {string}
         */
        OverrideState: "requested" | "approved" | "refused";
        /** @description One page of a list. */
        Page_ActionDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description When it was recorded, RFC 3339. */
                at: string;
                /** @description State of the thing after the change; `null` if it no longer exists. */
                body?: unknown;
                by?: components["schemas"]["TokenId"] | null;
                /** @description SHA-256 over the hash of the action before and the content of this one, in hexadecimal. */
                hash: string;
                /** @description Number of the action in their chain, from 1. */
                id: components["schemas"]["ActionId"];
                /** @description Kind of thing that changed. */
                kind: components["schemas"]["ActionKind"];
                /** @description Which thing of that kind changed: its id, name or number. */
                subject: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AdmissionDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /**
                 * Format: int64
                 * @description Facility energy that the job used, mJ; `null` until that is known.
                 */
                actual_mj?: number | null;
                /** @description The answer to the request. */
                answer: components["schemas"]["Decision"];
                /** @description When it was decided, RFC 3339. */
                decided: string;
                /** @description Every decision on the admission, oldest first; empty in lists. */
                decisions: components["schemas"]["DecisionDocument"][];
                /** @description When the hold expires unless the job is metered or the hold is renewed, RFC 3339. */
                expires: string;
                /** @description What is held, by budget. */
                holds: components["schemas"]["HoldDocument"][];
                /** @description Number of the admission. */
                id: components["schemas"]["AdmissionId"];
                job?: components["schemas"]["JobId"] | null;
                /** @description Submission key of the request; `null` if it had none. */
                key?: string | null;
                /**
                 * Format: int64
                 * @description IT energy of the job in the ledger, mJ.
                 */
                metered_mj: number;
                /**
                 * Format: int64
                 * @description Facility energy that the job used above its hold, mJ; `null` until that is known.
                 */
                overrun_mj?: number | null;
                /** @description Amount that was expected (p50). */
                p50: components["schemas"]["Weight"];
                /** @description Amount that was reserved. */
                p95: components["schemas"]["Weight"];
                /** @description Project that the job is charged to; empty if it has none. */
                project: components["schemas"]["ProjectName"];
                /** @description When it was settled, released or expired, RFC 3339; `null` while it holds something. */
                resolved?: string | null;
                /** @description What became of it. */
                state: components["schemas"]["AdmissionState"];
                /**
                 * Format: int32
                 * @description Seconds between SIGTERM and SIGKILL for a job that has to stop; `null` for any other job.
                 */
                stop_after_s?: number | null;
                /** @description What the job was notified of: `breaking` if it will use more than it holds, `stop` if it has to stop for that reason; empty if nothing. */
                told: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AttentionItem: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description What is wrong, as one word of a fixed list. */
                kind: components["schemas"]["AttentionKind"];
                /** @description What is wrong and what to do about it, in words. */
                message: string;
                /** @description How much it matters. */
                severity: components["schemas"]["Severity"];
                /** @description Since when it has been so, RFC 3339; `null` if that is not known. */
                since?: string | null;
                /** @description The thing that it is about. */
                subject: components["schemas"]["Subject"];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_BudgetDocument: {
            /** @description The items of this page, in the order of the list. */
            items: ((components["schemas"]["PolicyDocument"] | null) & components["schemas"]["StandingDocument"] & {
                /** @description When the budget was made, RFC 3339. */
                created: string;
                /** @description Amount spent by day; empty in lists. */
                days: components["schemas"]["DayDocument"][];
                /** @description Decisions on the budget, oldest first; empty in lists. */
                decisions: components["schemas"]["DecisionDocument"][];
                /** @description Number of the budget. */
                id: components["schemas"]["BudgetId"];
                /**
                 * Format: int64
                 * @description Share of the limit that is spent or held, percent, rounded down; `null` outside the dates of a `fixed` period.
                 */
                percent?: number | null;
                /** @description First moment of the current period, RFC 3339; `null` outside the dates of a `fixed` period. */
                period_from?: string | null;
                /** @description First moment after the current period, RFC 3339; `null` outside the dates of a `fixed` period. */
                period_to?: string | null;
                /** @description Why the policy cannot be read, in which case no job is admitted; absent if it can be read. */
                policy_error?: string | null;
                /** @description When the budget was ended, RFC 3339; `null` while it applies. */
                retired?: string | null;
                /** @description What needs attention, in words; `null` if nothing does. */
                warning?: string | null;
            })[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_BudgetOverride: {
            /** @description The items of this page, in the order of the list. */
            items: {
                admission?: components["schemas"]["AdmissionId"] | null;
                /** @description When it was asked for, RFC 3339; `null` if nobody asked. */
                asked?: string | null;
                /** @description Person who asked for it; `null` if nobody did. */
                asked_by?: string | null;
                /** @description Reason of that person; `null` if nobody asked. */
                asked_reason?: string | null;
                budget?: components["schemas"]["BudgetId"] | null;
                /** @description When it was granted or refused, RFC 3339; `null` while it is open. */
                decided?: string | null;
                /** @description When it expires, RFC 3339; `null` unless it was granted. */
                expires?: string | null;
                /** @description Number of the override. */
                id: components["schemas"]["OverrideId"];
                /** @description Person who granted or refused it; `null` while it is open. */
                name?: string | null;
                project?: components["schemas"]["ProjectName"] | null;
                /** @description Reason of that person; `null` while it is open. */
                reason?: string | null;
                /** @description What became of the request; an override that nobody asked for is `approved`. */
                state: components["schemas"]["OverrideState"];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_DeviceDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                counted_in?: components["schemas"]["DeviceUuid"] | null;
                /** @description Number of the device, as `/devices/{id}/series` takes it. */
                id: components["schemas"]["DeviceId"];
                /**
                 * Format: int32
                 * @description Position among the devices of its kind in the node, from 0.
                 */
                index: number;
                /** @description Whether it is an accelerator, a part of the host or the whole machine. */
                kind: components["schemas"]["DeviceKind"];
                /**
                 * Format: int64
                 * @description Power limit of the device, mW.
                 */
                limit_mw: number;
                /** @description Product name of the device. */
                name: string;
                /** @description Node that the device is in. */
                node: components["schemas"]["NodeName"];
                /** @description Site of the node; `unassigned` until one is stated. */
                site: components["schemas"]["SiteName"];
                /** @description Identity of the device, as its driver states it. */
                uuid: components["schemas"]["DeviceUuid"];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_EnrolmentCodeDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description When the code was made, RFC 3339. */
                created: string;
                /** @description When the code expires, RFC 3339. */
                expires: string;
                /** @description Id by which the code is listed and revoked. */
                id: components["schemas"]["TokenId"];
                /** @description What the code is for. */
                name: string;
                project?: components["schemas"]["ProjectName"] | null;
                /** @description When the code was revoked, RFC 3339; `null` while it is not. */
                revoked?: string | null;
                /**
                 * Format: int32
                 * @description How many nodes have used it.
                 */
                uses: number;
                /**
                 * Format: int32
                 * @description How many nodes may use it.
                 */
                uses_max: number;
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_EntryDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /**
                 * Format: double
                 * @description CO2e in grams, derived from `co2e_ug`.
                 */
                co2e_g: number;
                /**
                 * Format: int64
                 * @description Location-based CO2e of the IT energy, µg.
                 */
                co2e_ug: number;
                /** @description Kind of device that used the energy: `accelerator`, `host` or `platform`. */
                component: string;
                /**
                 * Format: int64
                 * @description Device time that was observed, ns.
                 */
                covered_ns: number;
                /** @description First moment after the energy in this entry, RFC 3339. */
                end: string;
                /**
                 * Format: double
                 * @description IT energy in kWh, derived from `energy_mj`.
                 */
                energy_kwh: number;
                /**
                 * Format: int64
                 * @description IT energy, mJ; negative in a reversal.
                 */
                energy_mj: number;
                /** @description SHA-256 over the hash of the entry before and this entry, in hexadecimal. */
                hash: string;
                /** @description Number of the entry in the chain, from 1. */
                id: components["schemas"]["EntryId"];
                /**
                 * Format: int32
                 * @description Carbon intensity that was applied, mg CO2e/kWh.
                 */
                intensity_mg_per_kwh: number;
                job?: components["schemas"]["JobId"] | null;
                /** @description Why the entry exists. */
                kind: components["schemas"]["EntryKind"];
                /**
                 * Format: int64
                 * @description Part of the IT energy that was modelled or bridged, not measured, mJ.
                 */
                modelled_mj: number;
                /** @description Node on which the energy was used. */
                node: components["schemas"]["NodeName"];
                /**
                 * Format: int64
                 * @description Location-based CO2e of the overhead, µg.
                 */
                overhead_co2e_ug: number;
                /**
                 * Format: int64
                 * @description Facility overhead of the IT energy, mJ.
                 */
                overhead_mj: number;
                /** @description First moment after the posting period, RFC 3339. */
                period_end: string;
                /** @description First moment of the posting period, RFC 3339. */
                period_start: string;
                /** @description When the entry was posted, RFC 3339. */
                posted: string;
                project?: components["schemas"]["ProjectName"] | null;
                /** @description Whether the factor may still be revised, or replaces a finer one that is not available. */
                provisional: boolean;
                /**
                 * Format: int32
                 * @description Power usage effectiveness that was applied, parts per million: 1,000,000 is 1.0.
                 */
                pue_ppm: number;
                /** @description Why the entry was made, in words; empty for a first posting. */
                reason: string;
                reverses?: components["schemas"]["EntryId"] | null;
                /** @description Site of the node; `unassigned` if none was stated. */
                site: components["schemas"]["SiteName"];
                /**
                 * Format: int64
                 * @description Device time that the entry covers, observed or not, ns.
                 */
                span_ns: number;
                /** @description First moment of the energy in this entry, RFC 3339. */
                start: string;
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_FactorDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description Whose electricity the factor describes. */
                accounting: components["schemas"]["Accounting"];
                /** @description Which part of the life cycle of electricity is counted. */
                basis: components["schemas"]["Basis"];
                /** @description Release of the publisher's data. */
                edition: string;
                /**
                 * Format: double
                 * @description Intensity in g of the gas per kWh, derived from `intensity_mg_per_kwh`.
                 */
                g_per_kwh: number;
                /** @description Which gases are counted. */
                gas: components["schemas"]["Gas"];
                /**
                 * Format: int32
                 * @description Intensity in mg of the gas per kWh.
                 */
                intensity_mg_per_kwh: number;
                /** @description Licence of the value. */
                licence: string;
                /** @description Name of the zone, for people. */
                name: string;
                /** @description What a reader has to know about the value; absent if there is nothing. */
                note?: string;
                /** @description Time that the factor describes, as an ISO 8601 interval whose end is exclusive. */
                period: string;
                /** @description Publisher of the value. */
                publisher: string;
                /** @description Length of time that one value describes. */
                resolution: components["schemas"]["Resolution"];
                /** @description How far the value can be relied on. */
                status: components["schemas"]["FactorStatus"];
                /** @description Grid zone that the factor describes. */
                zone: components["schemas"]["ZoneId"];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_GapDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description Number of the batch that reports the gap. */
                batch: components["schemas"]["BatchId"];
                /** @description Number of the device. */
                device: components["schemas"]["DeviceId"];
                /** @description First moment after the gap, RFC 3339. */
                end: string;
                /** @description Node that the device is in. */
                node: components["schemas"]["NodeName"];
                /** @description Why there is a gap; with `merged`, windows were combined and no energy is missing. */
                reason: components["schemas"]["GapReason"];
                /** @description First moment of the gap, RFC 3339. */
                start: string;
                /** @description Identity of the device, as its driver states it. */
                uuid: components["schemas"]["DeviceUuid"];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_JobItem: {
            /** @description The items of this page, in the order of the list. */
            items: (components["schemas"]["JobDocument"] & {
                /**
                 * Format: double
                 * @description CO2e in grams, derived from `co2e_ug`.
                 */
                co2e_g: number;
                /**
                 * Format: int64
                 * @description Location-based CO2e of the IT energy, µg; the open part at the best factors known.
                 */
                co2e_ug: number;
                /**
                 * Format: int64
                 * @description Time for which the job held accelerators, summed over them, µs; `null` if that is not known.
                 */
                device_us?: number | null;
                /**
                 * Format: double
                 * @description IT energy in kWh, derived from `energy_mj`.
                 */
                energy_kwh: number;
                /**
                 * Format: int64
                 * @description IT energy of the job, posted and open, mJ.
                 */
                energy_mj: number;
                /**
                 * Format: double
                 * @description `held_idle_us` / `device_us`, 0 to 1; `null` if that is not known.
                 */
                held_idle_share?: number | null;
                /**
                 * Format: int64
                 * @description Part of `device_us` in which they did next to nothing, µs; `null` if that is not known.
                 */
                held_idle_us?: number | null;
                /**
                 * Format: double
                 * @description Mean carbon intensity, g CO2e per kWh of IT energy; `null` without energy.
                 */
                intensity_g_per_kwh?: number | null;
                /**
                 * Format: double
                 * @description Energy per training step, kWh; `null` if it reported no steps.
                 */
                kwh_per_step?: number | null;
                /**
                 * Format: int64
                 * @description Training steps in its latest report; `null` if it reported none.
                 */
                steps?: number | null;
            })[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_NodeDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description Name of the node, as its agent states it. */
                name: components["schemas"]["NodeName"];
                /** @description When the last batch of the node arrived, RFC 3339. */
                seen: string;
                /** @description Site of the node; `unassigned` until one is stated. */
                site: components["schemas"]["SiteName"];
                /** @description Program that last sent a batch for the node, with its version. */
                software: string;
                token?: components["schemas"]["TokenId"] | null;
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_PeriodItem: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description When the latest version was closed, RFC 3339. */
                closed: string;
                closed_by?: components["schemas"]["TokenId"] | null;
                /** @description First moment of the period, RFC 3339. */
                from: string;
                /** @description Number of the period. */
                id: components["schemas"]["PeriodId"];
                /** @description Name of the period, for people. */
                name: string;
                /** @description Path of the report of the period. */
                report: string;
                /** @description First moment after the period, RFC 3339. */
                to: string;
                /**
                 * Format: int64
                 * @description Latest version of its figures, from 1.
                 */
                version: number;
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Project: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description Name of the project: 1 to 128 of A-Z a-z 0-9 . _ : @ + - */
                name: components["schemas"]["ProjectName"];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ProviderDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description The host that is asked, `null` if none is. */
                host?: string | null;
                /** @description What failed last, without the key; `null` if nothing did. It is over unless `state` is `failing`. */
                last_error?: string | null;
                /** @description When that was, RFC 3339. */
                last_error_at?: string | null;
                /** @description When the last round of questions began that brought all that was asked for, RFC 3339; `null` if there was none. */
                last_success?: string | null;
                /** @description Its name in the configuration. */
                name: components["schemas"]["ProviderName"];
                /** @description What it needs to be asked, in words. */
                needs: string;
                /** @description Start of the time that the newest value describes, RFC 3339: of the zone that is furthest behind; `null` if there is no value. Forecasts do not count. */
                newest_value?: string | null;
                /**
                 * Format: int64
                 * @description Seconds since the end of that time; `null` if there is no value.
                 */
                newest_value_age_s?: number | null;
                /** @description The provider asked for no requests before this, RFC 3339; `null` if it may be asked. */
                not_before?: string | null;
                /** @description How it does. */
                state: components["schemas"]["ProviderState"];
                /** @description The zones that it is asked for. */
                zones: components["schemas"]["ProviderZoneDocument"][];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_SiteDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description Which factors the site wants, every statement, oldest first. */
                factors?: components["schemas"]["FactorPreferenceDocument"][];
                /** @description Who is responsible for unallocated idle energy; `null` for nobody. */
                idle_owner?: string | null;
                /** @description Name of the site. */
                name: components["schemas"]["SiteName"];
                /**
                 * Format: int64
                 * @description Length of a posting period in minutes, as the site was made. Where the factors of its zone are finer, periods are as short as those.
                 */
                posting_period_minutes: number;
                /** @description Every price that was stated, oldest first; empty if energy has no price here. */
                price: components["schemas"]["PriceDocument"][];
                /** @description Every PUE that was stated, oldest first. */
                pue: components["schemas"]["PueDocument"][];
                /** @description Grid zone that was stated last. */
                zone: components["schemas"]["ZoneId"];
                /** @description Every grid zone that was stated, oldest first. */
                zones: components["schemas"]["ZoneDocument"][];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_TokenDocument: {
            /** @description The items of this page, in the order of the list. */
            items: {
                /** @description When the token was made, RFC 3339. */
                created: string;
                /** @description When the token expires, RFC 3339; `null` for never. */
                expires?: string | null;
                /** @description Whether the token may only say which jobs hold the devices of its nodes, from now on. */
                holders_only: boolean;
                /** @description Id by which the token is listed and revoked. */
                id: components["schemas"]["TokenId"];
                /** @description When the token was last used, to the minute, RFC 3339; `null` for never. */
                last_used?: string | null;
                line?: components["schemas"]["TokenId"] | null;
                /** @description Who or what uses the token. */
                name: string;
                /** @description The only nodes that the token may speak for; `null` for each node that it tells of first. */
                nodes?: components["schemas"]["NodeName"][] | null;
                project?: components["schemas"]["ProjectName"] | null;
                /** @description When the token was revoked, RFC 3339; `null` while it is valid. */
                revoked?: string | null;
                /** @description What the token may do. */
                scopes: components["schemas"]["Scope"][];
            }[];
            /** @description `cursor` of the next page; `null` on the last page. */
            next_cursor?: string | null;
        };
        /** @description A reporting period: what was closed, what it would be now, and why they differ. */
        Period: components["schemas"]["Restatement"] & {
            /** @description Figures of the latest version. */
            closed: components["schemas"]["Figures"];
            /** @description Figures as the ledger has them now. */
            current: components["schemas"]["Figures"];
            /** @description First moment of the period, RFC 3339. */
            from: string;
            /** @description Number of the period. */
            id: components["schemas"]["PeriodId"];
            /** @description Name of the period, for people. */
            name: string;
            /** @description First moment after the period, RFC 3339. */
            to: string;
            /**
             * Format: int64
             * @description Latest version of its figures, from 1.
             */
            version: number;
            /** @description Every version, oldest first. */
            versions: components["schemas"]["PeriodVersion"][];
        };
        /**
         * Format: int64
         * @description Identifies a reporting period: its number, from 1.
         */
        PeriodId: number;
        /** @description A reporting period in a list. */
        PeriodItem: {
            /** @description When the latest version was closed, RFC 3339. */
            closed: string;
            closed_by?: components["schemas"]["TokenId"] | null;
            /** @description First moment of the period, RFC 3339. */
            from: string;
            /** @description Number of the period. */
            id: components["schemas"]["PeriodId"];
            /** @description Name of the period, for people. */
            name: string;
            /** @description Path of the report of the period. */
            report: string;
            /** @description First moment after the period, RFC 3339. */
            to: string;
            /**
             * Format: int64
             * @description Latest version of its figures, from 1.
             */
            version: number;
        };
        /**
         * @description How long a limit lasts before the next one begins.
         * @enum {string}
         */
        PeriodKind: "week" | "month" | "quarter" | "year" | "fixed";
        /** @description Asks to close a reporting period. */
        PeriodRequest: {
            /** @description First moment of the period, a UTC date or RFC 3339. */
            from: string;
            /** @description Name of the period for people; its two dates if absent. */
            name?: string | null;
            /** @description First moment after the period, which has to be in the past. */
            to: string;
        };
        /** @description One version of a period's figures. */
        PeriodVersion: {
            change?: components["schemas"]["Restatement"] | null;
            /** @description When the version was closed, RFC 3339. */
            closed: string;
            closed_by?: components["schemas"]["TokenId"] | null;
            /**
             * Format: int64
             * @description Number of entries that the ledger had then.
             */
            entries: number;
            /** @description Figures of this version. */
            figures: components["schemas"]["Figures"];
            /** @description Hash of the last of those entries, in hexadecimal. */
            head: string;
            /** @description Why the period was restated; `null` for the first version. */
            reason?: string | null;
            /** @description Path of the report of this version. */
            report: string;
            /** @description SHA-256 over everything that the figures depend on, in hexadecimal. */
            seal: string;
            /**
             * Format: int64
             * @description Number of the version, from 1.
             */
            version: number;
        };
        /** @description The policy of a budget. */
        PolicyDocument: {
            /**
             * Format: double
             * @description Wall time to assume for a job that states none, hours, above 0 and at most 8784; such jobs are refused if absent.
             */
            default_hours?: number | null;
            /** @description First date or moment of a `fixed` period. */
            from?: string | null;
            /** @description Label of the jobs that are counted, as `KEY=VALUE`; only with scope `label`. */
            label?: string | null;
            /**
             * Format: int64
             * @description Limit of facility energy per period, mJ, 0 or more; only with unit `energy`.
             */
            limit_mj?: number | null;
            /**
             * Format: int64
             * @description Limit of location-based CO2e per period, µg, 0 or more; only with unit `co2e`.
             */
            limit_ug?: number | null;
            /** @description What happens to a job that does not fit. */
            mode: components["schemas"]["Mode"];
            /** @description Name of the budget: unique, 1 to 128 characters, not a number. */
            name: string;
            /** @description What a gate does while the service is unreachable. */
            outage?: components["schemas"]["Outage"];
            /** @description How long the limit lasts. */
            period: components["schemas"]["PeriodKind"];
            project?: components["schemas"]["ProjectName"] | null;
            /** @description What happens to the unused part of the limit when the period ends. */
            roll_over?: components["schemas"]["RollOver"];
            /** @description Whose energy the budget counts. */
            scope: components["schemas"]["ScopeKind"];
            site?: components["schemas"]["SiteName"] | null;
            /**
             * Format: int32
             * @description Seconds between SIGTERM and SIGKILL of a running job that is about to use more than it holds; jobs are never stopped if absent.
             */
            stop_after_s?: number | null;
            /** @description Shares of the limit, spent or held, at which the budget warns, in percent from 1 to 100; 50, 80 and 95 if absent. */
            thresholds?: number[];
            /** @description IANA time zone in which periods begin, such as Europe/Berlin; UTC if absent. */
            time_zone?: string;
            /** @description First date or moment after a `fixed` period. */
            to?: string | null;
            /** @description What the budget counts. */
            unit: components["schemas"]["Unit"];
            /** @description User whose jobs are counted; only with scope `user`. */
            user?: string | null;
        };
        /** @description The part of a sum that is posted. */
        PostedSlice: components["schemas"]["Slice"] & {
            /**
             * Format: int64
             * @description Number of entries that sum to it, including reversals.
             */
            entries: number;
            /** @description Path of the list of those entries. */
            link: string;
        };
        /** @description What one batch contributed to an entry. */
        PostingDocument: {
            /** @description Number of the batch. */
            batch: components["schemas"]["BatchId"];
            /**
             * Format: int64
             * @description IT energy, mJ; negative if it takes back an earlier posting.
             */
            energy_mj: number;
            /** @description Number of the posting. */
            posting: components["schemas"]["PostingId"];
            /** @description Whether it takes back an earlier posting. */
            takes_back: boolean;
        };
        /**
         * Format: int64
         * @description Identifies a posting: its number, ascending in the order in which postings were made.
         */
        PostingId: number;
        /** @description Power of the fleet over time by group, for stacked areas. */
        PowerDocument: {
            /**
             * Format: int64
             * @description Length of a bucket, seconds.
             */
            bucket_s: number;
            /** @description First moment of the series, RFC 3339. */
            from: string;
            /** @description The groups by name, those of unallocated idle devices last. */
            groups: components["schemas"]["PowerGroupDocument"][];
            /** @description Whether the figures contain every acknowledged batch; one of the last second may be missing. */
            is_complete: boolean;
            /** @description Start of each bucket in which any group has windows, ms since 1970. */
            start_ms: number[];
            /** @description First moment after the series, RFC 3339. */
            to: string;
        };
        /** @description Power of one group over time. */
        PowerGroupDocument: {
            /** @description Energy of each bucket, mJ; `null` where the group has no windows. */
            energy_mj: (number | null)[];
            /** @description Name of the group; `null` for what belongs to none. */
            group?: string | null;
            /** @description Whether the devices were unallocated. */
            is_idle: boolean;
            /** @description Energy over the time in which any group is metered, mW, so that areas can be stacked; `null` where the group has no windows. */
            power_mean_mw: (number | null)[];
        };
        /** @description A price of energy, from a moment on. */
        PriceDocument: {
            /** @description ISO 4217 code of the currency. */
            currency: string;
            /**
             * Format: double
             * @description Price of a MWh in the currency's unit, derived from `per_mwh_micro`.
             */
            per_mwh: number;
            /**
             * Format: int64
             * @description Price of a MWh in millionths of the currency's unit.
             */
            per_mwh_micro: number;
            /** @description When the price took effect, RFC 3339. */
            since: string;
        };
        /** @description States the price of a site's energy from a moment on. */
        PriceRequest: {
            /** @description ISO 4217 code of the currency, such as EUR; a site has one currency. */
            currency: string;
            /**
             * Format: double
             * @description Price of a MWh in units of the currency: 0 or more, with up to 6 decimals.
             */
            per_mwh: number;
            /** @description When the price takes effect, a UTC date or RFC 3339. */
            since: string;
        };
        /** @description A refused request, as a problem document of RFC 9457. */
        ProblemDocument: {
            /** @description Only for an admission that cannot be decided: whether a blocking budget may apply to the job, so that a gate has to refuse it. */
            blocks?: boolean | null;
            /** @description What is wrong with this request, and what to do about it. */
            detail: string;
            /** @description Field, parameter or header at fault; absent if the problem is none of these. */
            field?: string | null;
            /**
             * Format: int32
             * @description HTTP status code of the answer.
             */
            status: number;
            /** @description Kind of the problem in words. */
            title: string;
            /** @description Kind of the problem: `urn:wattledger:problem:` and a name that never changes. */
            type: string;
        };
        /** @description A project, to which jobs are charged. */
        Project: {
            /** @description Name of the project: 1 to 128 of A-Z a-z 0-9 . _ : @ + - */
            name: components["schemas"]["ProjectName"];
        };
        /** @description Identifies a project by its name. */
        ProjectName: string;
        /** @description A provider of grid factors, whether or not the service asks it. */
        ProviderDocument: {
            /** @description The host that is asked, `null` if none is. */
            host?: string | null;
            /** @description What failed last, without the key; `null` if nothing did. It is over unless `state` is `failing`. */
            last_error?: string | null;
            /** @description When that was, RFC 3339. */
            last_error_at?: string | null;
            /** @description When the last round of questions began that brought all that was asked for, RFC 3339; `null` if there was none. */
            last_success?: string | null;
            /** @description Its name in the configuration. */
            name: components["schemas"]["ProviderName"];
            /** @description What it needs to be asked, in words. */
            needs: string;
            /** @description Start of the time that the newest value describes, RFC 3339: of the zone that is furthest behind; `null` if there is no value. Forecasts do not count. */
            newest_value?: string | null;
            /**
             * Format: int64
             * @description Seconds since the end of that time; `null` if there is no value.
             */
            newest_value_age_s?: number | null;
            /** @description The provider asked for no requests before this, RFC 3339; `null` if it may be asked. */
            not_before?: string | null;
            /** @description How it does. */
            state: components["schemas"]["ProviderState"];
            /** @description The zones that it is asked for. */
            zones: components["schemas"]["ProviderZoneDocument"][];
        };
        /**
         * @description A publisher of carbon intensities on the internet.
         * @enum {string}
         */
        ProviderName: "electricity_maps" | "watttime" | "uk_carbon_intensity" | "entsoe" | "eia" | "energinet" | "rte" | "open_electricity" | "ember";
        /**
         * @description How a provider of grid factors does.
         * @enum {string}
         */
        ProviderState: "not_configured" | "starting" | "ok" | "stale" | "failing";
        /** @description A zone that a provider is asked for. */
        ProviderZoneDocument: {
            /** @description What the provider calls it. */
            code: string;
            /**
             * Format: double
             * @description That value in g/kWh.
             */
            newest_g_per_kwh?: number | null;
            /** @description Start of the time that its newest value describes, RFC 3339; `null` if there is no value. */
            newest_value?: string | null;
            /** @description The zone. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description A PUE, from a moment on. */
        PueDocument: {
            /**
             * Format: int32
             * @description Power usage effectiveness, parts per million: 1,000,000 is 1.0.
             */
            pue_ppm: number;
            /** @description When the PUE took effect, RFC 3339. */
            since: string;
        };
        /** @description States the PUE of a site from a moment on. */
        PueRequest: {
            /**
             * Format: double
             * @description Power usage effectiveness: facility energy / IT energy, 1.0 to 3.0.
             */
            pue: number;
            /** @description When the PUE takes effect, a UTC date or RFC 3339. */
            since: string;
        };
        /** @description Says why a period is restated. */
        ReasonRequest: {
            /** @description Reason in words, for readers of the old figures. */
            reason: string;
        };
        /** @description Rows of a file that were not taken. */
        RefusalDocument: {
            /** @description Where they are: `line 7` or `lines 7-12`, or a time or a place in the document where there are no lines. */
            place: string;
            /** @description What was found, and what to do about it. */
            reason: string;
        };
        /** @description Energy and location-based CO2e of a time, by group. */
        Report: {
            /** @description Unallocated idle IT energy. */
            idle: components["schemas"]["Aggregate"];
            /** @description `total` + `idle`: all metered IT energy. */
            metered: components["schemas"]["Aggregate"];
            /** @description Part of `metered` that is not posted yet, at the best factors known. */
            open: components["schemas"]["Amount"];
            /** @description Facility overhead of `total` and `idle`, included in neither; its quality is that of the energy that it belongs to. */
            overhead: components["schemas"]["Aggregate"];
            period?: components["schemas"]["ReportedPeriod"] | null;
            /** @description How good `metered` is. */
            quality: components["schemas"]["ReportQuality"];
            /** @description Jobs by group; unallocated idle energy is in none of them. */
            rows: components["schemas"]["ReportRow"][];
            /** @description IANA time zone in which hours, days and months are grouped. */
            timezone: string;
            /** @description Sum of the rows: IT energy of jobs. */
            total: components["schemas"]["Aggregate"];
            /** @description Edition of the time zone database. */
            tzdb: string;
        };
        /** @description How good a sum is, as shares from 0 to 1. */
        ReportQuality: {
            /**
             * Format: double
             * @description Share of the device time that was observed.
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
            /**
             * Format: double
             * @description Share of the energy with a factor that may still be revised, or replaces a finer one that is not available.
             */
            provisional_share: number;
        };
        /** @description The jobs of one group. */
        ReportRow: components["schemas"]["Aggregate"] & {
            /** @description Name of the group; `null` for jobs that have no such project or label. */
            group?: string | null;
            /** @description Facility overhead of that energy, not included in it. */
            overhead: components["schemas"]["Amount"];
        };
        /** @description The closed period that a report reproduces. */
        ReportedPeriod: {
            /** @description Number of the period. */
            id: components["schemas"]["PeriodId"];
            /**
             * Format: int64
             * @description Version of the period's figures, from 1.
             */
            version: number;
        };
        /**
         * @description Length of time that one value of a factor describes.
         * @enum {string}
         */
        Resolution: "hour" | "day" | "month" | "year";
        /** @description What posting again has changed. */
        RestateDocument: components["schemas"]["Restatement"] & {
            /**
             * Format: int64
             * @description Number of entries that were made: a reversal of each entry that was replaced, and what was posted in its place.
             */
            entries: number;
            /** @description Figures of the time after. */
            new: components["schemas"]["Figures"];
            /** @description Figures of the time before. */
            old: components["schemas"]["Figures"];
        };
        /** @description Asks to post again what newer factors or another PUE change. */
        RestateRequest: {
            /** @description Only entries that start at or after this moment, a UTC date or RFC 3339. */
            from: string;
            /** @description Reason in words; every new entry carries it. */
            reason: string;
            /** @description Only entries that start before this moment, a UTC date or RFC 3339. */
            to: string;
        };
        /** @description The difference between old and new figures. */
        Restatement: {
            /**
             * Format: double
             * @description The larger of the relative changes of energy and of CO2e, overhead included; `null` if the old figures are 0.
             */
            change_share?: number | null;
            /** @description New figures minus old figures. */
            delta: components["schemas"]["Figures"];
            /** @description Why the figures differ; the reasons sum to `metered` of `delta`. */
            reasons: components["schemas"]["DifferenceReason"][];
            /** @description Whether the change is 5 % or more, so that what was published from the old figures should be recalculated. */
            recalculation: boolean;
        };
        /** @description The answer to an AdmissionReview, in the version of the request. */
        ReviewAnswer: {
            /** @description `apiVersion` of the request. */
            apiVersion: string;
            /** @description The kind of the document that Kubernetes expects back: always `AdmissionReview`. */
            kind: string;
            /** @description The decision, as Kubernetes reads it. */
            response: components["schemas"]["ReviewResponse"];
        };
        /** @description A decision as Kubernetes reads it. */
        ReviewResponse: {
            /** @description Whether the object may be stored. */
            allowed: boolean;
            /** @description Annotations for the API server's audit log: the numbers of the admissions. */
            auditAnnotations?: {
                [key: string]: string;
            };
            /** @description A status with `code` 200, or 403 for a denial, with `reason` `Forbidden` and the `message` that the user reads. */
            status: Record<string, never>;
            /** @description The uid of the request that is answered. */
            uid: string;
            /** @description Warnings that are shown to the user. */
            warnings?: string[];
        };
        /** @description Asks to change the policy of a budget. */
        RevisionRequest: {
            /** @description The whole policy after the change. */
            policy: components["schemas"]["PolicyDocument"];
            /** @description Reason for the change, in words. */
            reason: string;
        };
        /**
         * @description What happens to the unused part of a limit when its period ends.
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
        /** @description The power of a device or a job over time, with what it covers. */
        SeriesDocument: {
            /**
             * Format: int64
             * @description Length of a bucket, seconds; buckets begin at multiples of it since 1970, UTC.
             */
            bucket_s: number;
            /** @description Share of each bucket's device time, while held, that was observed, 0 to 1. */
            coverage: number[];
            /**
             * Format: double
             * @description Energy of all buckets in kWh, derived from `energy_mj`.
             */
            energy_kwh: number;
            /**
             * Format: int64
             * @description Energy of all buckets, mJ.
             */
            energy_mj: number;
            /** @description Energy of each bucket, mJ. */
            energy_mj_per_bucket: number[];
            /** @description First moment of the series, RFC 3339. */
            from: string;
            /** @description Whether the series contains every acknowledged batch; one of the last second may be missing. */
            is_complete: boolean;
            /** @description Highest power in each bucket, mW; for several devices the sum of each one's highest, which need not coincide. */
            power_max_mw: number[];
            /** @description Mean power in each bucket, mW: its energy over its metered time. */
            power_mean_mw: number[];
            /** @description Lowest power in each bucket, mW; for several devices the sum of each one's lowest, at most the mean. */
            power_min_mw: number[];
            /** @description How good the series is. */
            quality: components["schemas"]["SeriesQuality"];
            /** @description Start of each bucket that has windows, ms since 1970. */
            start_ms: number[];
            /** @description First moment after the series, RFC 3339. */
            to: string;
        };
        /** @description How good a series is, as shares from 0 to 1. */
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
        /** @description The token behind a session or a request. */
        SessionDocument: {
            /** @description Value that the header `X-CSRF-Token` of every change in this session has to carry; `null` for a bearer token, which needs none. */
            csrf?: string | null;
            /** @description Name of the token. */
            name: string;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description What the token may do. */
            scopes: components["schemas"]["Scope"][];
        };
        /**
         * @description How much an item matters. Items that matter most come first.
         * @enum {string}
         */
        Severity: "bad" | "warn" | "info";
        /** @description A browser signs in with a token. */
        SignInRequest: {
            /** @description Token to sign in with, `wl_…`. */
            token?: string;
        };
        /** @description A site with everything that was stated about it. */
        SiteDocument: {
            /** @description Which factors the site wants, every statement, oldest first. */
            factors?: components["schemas"]["FactorPreferenceDocument"][];
            /** @description Who is responsible for unallocated idle energy; `null` for nobody. */
            idle_owner?: string | null;
            /** @description Name of the site. */
            name: components["schemas"]["SiteName"];
            /**
             * Format: int64
             * @description Length of a posting period in minutes, as the site was made. Where the factors of its zone are finer, periods are as short as those.
             */
            posting_period_minutes: number;
            /** @description Every price that was stated, oldest first; empty if energy has no price here. */
            price: components["schemas"]["PriceDocument"][];
            /** @description Every PUE that was stated, oldest first. */
            pue: components["schemas"]["PueDocument"][];
            /** @description Grid zone that was stated last. */
            zone: components["schemas"]["ZoneId"];
            /** @description Every grid zone that was stated, oldest first. */
            zones: components["schemas"]["ZoneDocument"][];
        };
        /** @description Identifies a site by its name. */
        SiteName: string;
        /** @description Asks for a new site. */
        SiteRequest: {
            /** @description Name of the site: 1 to 128 of A-Z a-z 0-9 . _ : @ + - */
            name: components["schemas"]["SiteName"];
            /**
             * Format: int64
             * @description Length of a posting period in minutes: 5, 15, 30 or 60; 60 if absent.
             */
            posting_period_minutes?: number | null;
            /**
             * Format: double
             * @description Power usage effectiveness: facility energy / IT energy, 1.0 to 3.0; 1.0 if absent.
             */
            pue?: number | null;
            /** @description Grid zone of the site, one that has a factor, such as DE. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description A part of a sum. */
        Slice: components["schemas"]["Amount"] & {
            /** @description Facility overhead of that energy, not included in it. */
            overhead: components["schemas"]["Amount"];
            /** @description How good this part is. */
            quality: components["schemas"]["ReportQuality"];
        };
        /** @description The amounts of a budget in its current period, in its unit. */
        StandingDocument: {
            /**
             * Format: int64
             * @description Limit of the period with what was carried over from the last one, mJ.
             */
            available_mj: number;
            /**
             * Format: int64
             * @description Energy carried over from the last period, mJ; negative after an overrun.
             */
            carried_mj: number;
            /**
             * Format: int64
             * @description Facility energy that can still be held, mJ; negative after an overrun.
             */
            free_mj: number;
            /**
             * Format: int64
             * @description Facility energy held for admitted jobs, mJ.
             */
            held_mj: number;
            /**
             * Format: int64
             * @description Projected total at the end of the period (p50), mJ.
             */
            projected_p50_mj: number;
            /**
             * Format: int64
             * @description Projected total that is exceeded once in twenty times (p95), mJ.
             */
            projected_p95_mj: number;
            /**
             * Format: int64
             * @description Facility energy used in the period, mJ: posted, open, and stated as used without being in the ledger.
             */
            spent_mj: number;
        } | {
            /**
             * Format: int64
             * @description Limit of the period with what was carried over from the last one, µg.
             */
            available_ug: number;
            /**
             * Format: int64
             * @description CO2e carried over from the last period, µg; negative after an overrun.
             */
            carried_ug: number;
            /**
             * Format: int64
             * @description CO2e that can still be held, µg; negative after an overrun.
             */
            free_ug: number;
            /**
             * Format: int64
             * @description CO2e held for admitted jobs, µg.
             */
            held_ug: number;
            /**
             * Format: int64
             * @description Projected total at the end of the period (p50), µg.
             */
            projected_p50_ug: number;
            /**
             * Format: int64
             * @description Projected total that is exceeded once in twenty times (p95), µg.
             */
            projected_p95_ug: number;
            /**
             * Format: int64
             * @description CO2e of the period, µg: posted, open, and stated as used without being in the ledger.
             */
            spent_ug: number;
        } | Record<string, never>;
        /** @description Progress of a training job at a moment. */
        StepsDocument: {
            /** @description When the counters had these values, RFC 3339. */
            at: string;
            /** @description Id of the job. */
            job: components["schemas"]["JobId"];
            /**
             * Format: int64
             * @description Training samples since the job began; `null` if none were reported.
             */
            samples?: number | null;
            /**
             * Format: int64
             * @description Training steps since the job began.
             */
            steps: number;
        };
        /** @description Reports the progress of a training job. */
        StepsRequest: {
            /** @description When the counters had these values, RFC 3339; now if absent. */
            at?: string | null;
            /**
             * Format: int64
             * @description Training samples since the job began, counted across restarts; not counted if absent.
             */
            samples?: number | null;
            /**
             * Format: int64
             * @description Training steps since the job began, counted across restarts.
             */
            steps: number;
        };
        /** @description The thing that an item is about. */
        Subject: {
            /** @description Its id or name; for a device the name of its node, a slash and its UUID. */
            id: string;
            /** @description Whether it is a node, a device, a job, a grid zone, a budget or a request. */
            type: components["schemas"]["SubjectKind"];
        };
        /**
         * @description The kind of thing that needs attention.
         * @enum {string}
         */
        SubjectKind: "node" | "device" | "job" | "zone" | "provider" | "budget" | "admission" | "request" | "service";
        /** @description What a round of questions to a provider brought. */
        SyncDocument: {
            /** @description What failed, one sentence each; what came beside it was kept. */
            errors: string[];
            /** @description What did not come and is not counted as failing, such as forecasts that a plan does not include. */
            missing: string[];
            /** @description The provider. */
            name: components["schemas"]["ProviderName"];
            /** @description Values of a time that had none. */
            new: number;
            /** @description Start of the time that the newest value describes, as in the list of providers. */
            newest_value?: string | null;
            /** @description The first 20 of them with place and reason. */
            refusals: string[];
            /** @description Number of values that were not taken. */
            refused: number;
            /** @description Values that replace an older one, which stays readable. */
            revised: number;
            /** @description Values that were known already. */
            unchanged: number;
        };
        /** @description A token without its secret. */
        TokenDocument: {
            /** @description When the token was made, RFC 3339. */
            created: string;
            /** @description When the token expires, RFC 3339; `null` for never. */
            expires?: string | null;
            /** @description Whether the token may only say which jobs hold the devices of its nodes, from now on. */
            holders_only: boolean;
            /** @description Id by which the token is listed and revoked. */
            id: components["schemas"]["TokenId"];
            /** @description When the token was last used, to the minute, RFC 3339; `null` for never. */
            last_used?: string | null;
            line?: components["schemas"]["TokenId"] | null;
            /** @description Who or what uses the token. */
            name: string;
            /** @description The only nodes that the token may speak for; `null` for each node that it tells of first. */
            nodes?: components["schemas"]["NodeName"][] | null;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description When the token was revoked, RFC 3339; `null` while it is valid. */
            revoked?: string | null;
            /** @description What the token may do. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description Identifies a token: 16 hexadecimal digits, no secret. Empty where the service itself acts. */
        TokenId: string;
        /** @description Asks for a new token. */
        TokenRequest: {
            /** @description When the token expires, RFC 3339; never if absent. */
            expires?: string | null;
            /** @description Whether the token may only say which jobs hold the devices of these nodes, from now on, as hooks of a scheduler do. */
            holders_only?: boolean;
            /** @description Who or what will use the token, for people. */
            name: string;
            /** @description The only nodes that the token may speak for, 1 to 10,000 names; if absent, each node that it tells of first. */
            nodes?: components["schemas"]["NodeName"][] | null;
            project?: components["schemas"]["ProjectName"] | null;
            /** @description What the token may do; at least one scope. */
            scopes: components["schemas"]["Scope"][];
            succeeds?: components["schemas"]["TokenId"] | null;
        };
        /**
         * @description What a budget counts. CO2e is location-based: a market-based budget would never bind where all electricity is certified.
         * @enum {string}
         */
        Unit: "energy" | "co2e";
        /** @description Number of jobs that used a similar share of what was held for them. */
        UsedDocument: {
            /**
             * Format: int64
             * @description Lower end of the step: used energy / p95 in percent, a multiple of 5. The step at 200 has no upper end.
             */
            from_percent: number;
            /**
             * Format: int64
             * @description Number of jobs within this step.
             */
            jobs: number;
        };
        /** @description An amount of facility energy and its location-based CO2e. */
        Weight: {
            /**
             * Format: double
             * @description CO2e in tonnes, derived from `co2e_ug`.
             */
            co2e_t: number;
            /**
             * Format: int64
             * @description Location-based CO2e of that energy, µg.
             */
            co2e_ug: number;
            /**
             * Format: int64
             * @description Facility energy of the amount, mJ.
             */
            energy_mj: number;
            /**
             * Format: double
             * @description Facility energy in MWh, derived from `energy_mj`.
             */
            energy_mwh: number;
        };
        /** @description The part of a metered window that was attributed to an entry. */
        WindowDocument: {
            /** @description The batch that contains the window. */
            batch: components["schemas"]["BatchDocument"];
            /** @description The device, as the batch declares it. */
            device: Record<string, never>;
            /** @description First moment after this part, RFC 3339. */
            end: string;
            /**
             * Format: int64
             * @description IT energy of this part, mJ.
             */
            energy_mj: number;
            /** @description First moment of this part, RFC 3339. */
            start: string;
            /** @description The whole window, as the agent sent it. */
            window: Record<string, never>;
        };
        /** @description Asks for an exception, or refuses one. */
        WordsRequest: {
            /** @description Person who asks or refuses. */
            name: string;
            /** @description Why, in words that others will read. */
            reason: string;
        };
        /** @description A grid zone, from a moment on. */
        ZoneDocument: {
            /** @description When the site joined the zone, RFC 3339. */
            since: string;
            /** @description Grid zone of the site. */
            zone: components["schemas"]["ZoneId"];
        };
        /** @description Identifies a zone of the electricity grid, such as `DE` or `US-CAL-CISO`. */
        ZoneId: string;
        /** @description States the grid zone of a site from a moment on. */
        ZoneRequest: {
            /** @description When the site joins the zone, a UTC date or RFC 3339. */
            since: string;
            /** @description Grid zone of the site, one that has a factor, such as DE. */
            zone: components["schemas"]["ZoneId"];
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
