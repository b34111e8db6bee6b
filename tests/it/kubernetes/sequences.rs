//! Sequences of a real API server with its controllers: what is held while objects live, and whose it is.

use super::cluster::{Cluster, Stored, alice, controller, deployment, job, owner_of, pod, user};
use ::model::AdmissionState;
use serde_json::json;

fn roomy() -> Cluster {
    Cluster::new(i64::MAX / 4)
}

#[test]
fn a_patch_that_is_validated_eighty_times_holds_what_it_asks_for_once() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), deployment("team-a", "serve", 1, 1)).uid();
    cluster.attempts = 8;
    for replicas in 2..=11 {
        assert!(cluster.update(&alice(), &uid, "", |object| object["spec"]["replicas"] = json!(replicas)).is_stored());
    }
    assert_eq!(cluster.gate.held(), 11);
    for (replicas, held) in [(3, 3), (5, 5), (2, 2), (0, 0), (4, 4)] {
        assert!(
            cluster.update(&alice(), &uid, "scale", |object| object["spec"]["replicas"] = json!(replicas)).is_stored()
        );
        assert_eq!(cluster.gate.held(), held);
    }
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (4, 4));
}

#[test]
fn a_rolling_update_is_counted_with_its_deployment_while_it_lasts() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), deployment("team-a", "serve", 3, 1)).uid();
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (3, 3));
    let grown = cluster.update(&alice(), &uid, "", |object| {
        object["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = json!("2");
    });
    assert!(grown.is_stored());
    assert_eq!(cluster.gate.held(), 6);
    let mut most = 0;
    while cluster.objects.keys().cloned().collect::<Vec<_>>().iter().any(|uid| cluster.step(uid)) {
        assert!(cluster.living() <= cluster.gate.held(), "{} of {}", cluster.living(), cluster.gate.held());
        most = most.max(cluster.living());
    }
    assert_eq!((most, cluster.living(), cluster.gate.held()), (7, 6, 6));
}

#[test]
fn what_quota_or_another_webhook_refuses_costs_nothing_in_the_end() {
    let mut cluster = roomy();
    cluster.is_refused = true;
    for _ in 0..20 {
        assert_eq!(cluster.create(&alice(), job("team-a", "train", 2, 4)), Stored::Refused);
        assert_eq!(cluster.gate.held(), 8, "the same name asked again takes the hold over");
    }
    let admissions = cluster.gate.demands(None).len();
    assert_eq!(admissions, 1);
    cluster.gate.pass(601);
    assert_eq!(cluster.gate.held(), 0);
    // A controller that quota keeps from making its pods tries and tries.
    (cluster.is_refused, cluster.quota) = (false, 3);
    cluster.create(&alice(), deployment("team-a", "serve", 4, 1)).uid();
    for _ in 0..20 {
        cluster.settle();
        assert_eq!(cluster.gate.held(), 4);
    }
    assert_eq!(cluster.living(), 3);
    cluster.gate.pass(601);
    assert_eq!(cluster.gate.held(), 4);
}

#[test]
fn what_is_denied_again_has_the_same_number_and_leaves_no_new_row() {
    let mut cluster = Cluster::new(1);
    let mut messages = Vec::new();
    for _ in 0..30 {
        let Stored::Denied(message) = cluster.create(&alice(), job("team-a", "train", 2, 4)) else { panic!("let in") };
        messages.push(message);
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(cluster.gate.demands(Some(AdmissionState::Denied)).len(), 1);
    let Stored::Denied(other) = cluster.create(&alice(), job("team-a", "train", 2, 2)) else { panic!("let in") };
    assert_ne!(other, messages[0]);
}

#[test]
fn a_pod_that_loses_its_owner_is_counted_itself_or_stays() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), deployment("team-a", "serve", 2, 1)).uid();
    for released in 1..=5 {
        cluster.settle();
        let set = cluster.of_kind("ReplicaSet").remove(0);
        let own = cluster.running(Some(&set)).remove(0);
        assert!(cluster.update(&alice(), &own, "", |pod| pod["metadata"]["labels"]["app"] = json!("mine")).is_stored());
        cluster.settle();
        assert_eq!((cluster.living(), cluster.gate.held()), (2 + released, 2 + released));
    }
    assert!(cluster.update(&alice(), &uid, "scale", |object| object["spec"]["replicas"] = json!(0)).is_stored());
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (5, 5));
}

#[test]
fn without_room_a_pod_is_not_released_and_no_other_takes_its_place() {
    let mut cluster = Cluster::new(2 * one_gpu());
    cluster.create(&alice(), deployment("team-a", "serve", 2, 1)).uid();
    cluster.settle();
    let set = cluster.of_kind("ReplicaSet").remove(0);
    let own = cluster.running(Some(&set)).remove(0);
    assert!(cluster.update(&alice(), &own, "", |pod| pod["metadata"]["labels"]["app"] = json!("mine")).is_stored());
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (2, 2));
    assert_eq!(owner_of(cluster.get(&own).unwrap()), Some(set.as_str()));
}

/// What one GPU for an hour holds, mJ.
fn one_gpu() -> i64 {
    let mut cluster = roomy();
    cluster.create(&alice(), pod("team-a", "p", "p", 1)).uid();
    cluster.gate.bench.figures("1", crate::budget::at(0))[1]
}

#[test]
fn a_deployment_that_is_deleted_without_its_replica_sets_holds_no_more_than_fits() {
    let mut cluster = Cluster::new(4 * one_gpu());
    let uid = cluster.create(&alice(), deployment("team-a", "serve", 4, 1)).uid();
    cluster.settle();
    let set = cluster.of_kind("ReplicaSet").remove(0);
    // What its ReplicaSet asks for is nobody's business but its controller's, until it is on its own.
    assert!(cluster.update(&alice(), &set, "scale", |set| set["spec"]["replicas"] = json!(40)).is_stored());
    assert!(cluster.delete(&alice(), &uid, "Orphan").is_stored());
    cluster.settle();
    assert_eq!((cluster.of_kind("Deployment").len(), cluster.living(), cluster.gate.held()), (0, 4, 4));
    cluster.gate.pass(120);
    cluster.look();
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (4, 4), "what the reader finds is no more than asked for");
    // It is let shrink and go all the same.
    assert!(cluster.update(&alice(), &set, "scale", |set| set["spec"]["replicas"] = json!(3)).is_stored());
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (3, 3));
}

#[test]
fn pods_that_are_orphaned_below_a_deployment_take_their_share_of_what_it_holds() {
    let mut cluster = Cluster::new(3 * one_gpu());
    cluster.create(&alice(), deployment("team-a", "serve", 3, 1)).uid();
    cluster.settle();
    let set = cluster.of_kind("ReplicaSet").remove(0);
    assert!(cluster.delete(&alice(), &set, "Orphan").is_stored());
    // The garbage collector takes the owner off one pod after the other; then another ReplicaSet is made, which adopts them.
    let mut is_moved = true;
    while is_moved {
        is_moved = false;
        for uid in cluster.objects.keys().cloned().collect::<Vec<_>>() {
            is_moved |= cluster.step(&uid);
            assert_eq!((cluster.living(), cluster.gate.held()), (3, 3));
        }
    }
    let adopted = cluster.of_kind("ReplicaSet").remove(0);
    assert_ne!(adopted, set);
    assert_eq!(cluster.running(Some(&adopted)).len(), 3);
}

#[test]
fn pods_are_not_taken_to_be_unmade_while_one_that_is_leaving_or_evicted_is_replaced() {
    for is_evicted in [false, true] {
        let mut cluster = roomy();
        cluster.create(&alice(), deployment("team-a", "serve", 3, 1)).uid();
        while cluster.living() < 3 {
            let uids: Vec<String> =
                cluster.of_kind("Deployment").into_iter().chain(cluster.of_kind("ReplicaSet")).collect();
            for uid in uids {
                cluster.step(&uid);
            }
        }
        // Of the other two nothing is heard.
        let first = cluster.running(None).remove(0);
        cluster.step(&first);
        if is_evicted {
            cluster.evict(&alice(), &first);
        } else {
            assert!(cluster.delete(&alice(), &first, "Background").is_stored());
        }
        let set = cluster.of_kind("ReplicaSet").remove(0);
        assert!(cluster.step(&set), "another one is made");
        assert_eq!((cluster.living(), cluster.gate.held()), (4, 4));
        cluster.settle();
        assert_eq!((cluster.living(), cluster.gate.held()), (3, 3));
    }
}

#[test]
fn of_two_creations_under_one_name_the_larger_is_held_until_one_is_heard_of() {
    let mut cluster = roomy();
    let first = cluster.create(&alice(), pod("team-a", "p", "p", 4)).uid();
    assert_eq!(cluster.create(&alice(), pod("team-a", "p", "p", 1)), Stored::Refused);
    assert_eq!((cluster.living(), cluster.gate.held()), (4, 4));
    assert_eq!(cluster.create(&alice(), pod("team-a", "p", "p", 6)), Stored::Refused);
    assert_eq!(cluster.gate.held(), 6);
    cluster.step(&first);
    assert_eq!((cluster.living(), cluster.gate.held()), (4, 4));
}

#[test]
fn orphaned_pods_are_held_for_themselves_and_adopted_ones_join() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), job("team-a", "train", 3, 2)).uid();
    cluster.settle();
    assert!(cluster.delete(&alice(), &uid, "Orphan").is_stored());
    assert_eq!(cluster.gate.held(), 6, "a deletion that leaves the pods ends nothing");
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held(), cluster.of_kind("Job").len()), (6, 6, 0));
    let again = cluster.create(&alice(), job("team-a", "train", 3, 2)).uid();
    assert_eq!(cluster.gate.held(), 12);
    cluster.settle();
    assert_eq!((cluster.running(Some(&again)).len(), cluster.living(), cluster.gate.held()), (3, 6, 6));
}

#[test]
fn a_hold_ends_with_the_last_review_of_a_pod_not_with_the_first() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), pod("team-a", "p", "p", 4)).uid();
    cluster.step(&uid);
    assert!(cluster.delete(&alice(), &uid, "Background").is_stored());
    cluster.gate.pass(3_600);
    assert_eq!((cluster.living(), cluster.gate.held()), (4, 4), "it runs on in its time of grace");
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (0, 0));
}

#[test]
fn a_deletion_that_another_webhook_refuses_ends_nothing_that_lives() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), job("team-a", "train", 2, 2)).uid();
    cluster.settle();
    cluster.is_refused = true;
    assert_eq!(cluster.delete(&alice(), &uid, "Background"), Stored::Refused);
    for pod in cluster.running(None) {
        assert_eq!(cluster.delete(&alice(), &pod, "Background"), Stored::Refused);
    }
    cluster.gate.pass(3_600);
    assert_eq!((cluster.living(), cluster.gate.held()), (4, 4));
    cluster.is_refused = false;
    assert!(cluster.delete(&alice(), &uid, "Background").is_stored());
    cluster.settle();
    assert_eq!((cluster.living(), cluster.gate.held()), (0, 0), "its pods say that it is gone");
}

#[test]
fn the_reader_takes_in_what_came_while_the_webhook_was_away_and_ends_what_went() {
    let mut cluster = roomy();
    let before = cluster.create(&alice(), deployment("team-a", "before", 2, 1)).uid();
    let evicted = cluster.create(&alice(), pod("team-a", "evicted", "p", 3)).uid();
    cluster.evict(&alice(), &evicted);
    assert_eq!(cluster.gate.held(), 5, "no review says that an evicted pod without a node is gone");
    cluster.is_away = true;
    cluster.create(&alice(), deployment("team-b", "meanwhile", 3, 2)).uid();
    assert!(cluster.update(&alice(), &before, "scale", |object| object["spec"]["replicas"] = json!(4)).is_stored());
    cluster.settle();
    cluster.is_away = false;
    cluster.gate.pass(120);
    cluster.look();
    assert_eq!((cluster.living(), cluster.gate.held()), (10, 10));
    // What it has seen it knows: a Scale is weighed by it.
    let seen = cluster.of_kind("Deployment").into_iter().find(|uid| *uid != before).unwrap();
    assert!(cluster.update(&alice(), &seen, "scale", |object| object["spec"]["replicas"] = json!(4)).is_stored());
    assert_eq!(cluster.gate.held(), 12);
}

#[test]
fn a_scale_of_what_was_never_seen_is_refused_and_shrinking_it_is_not() {
    let mut cluster = roomy();
    cluster.is_away = true;
    let uid = cluster.create(&alice(), deployment("team-a", "old", 2, 1)).uid();
    cluster.is_away = false;
    let scaled = |replicas: u64| move |object: &mut serde_json::Value| object["spec"]["replicas"] = json!(replicas);
    let Stored::Denied(message) = cluster.update(&alice(), &uid, "scale", scaled(3)) else { panic!("let in") };
    assert!(message.contains("what one replica of deployments old takes is not known"), "{message}");
    assert!(cluster.update(&alice(), &uid, "scale", scaled(1)).is_stored());
    // The way out that it names.
    assert!(
        cluster
            .update(&alice(), &uid, "", |object| object["metadata"]["annotations"] = json!({ "a": "b" }))
            .is_stored()
    );
    assert!(cluster.update(&alice(), &uid, "scale", scaled(3)).is_stored());
    assert_eq!(cluster.gate.held(), 3);
}

#[test]
fn a_job_that_starts_anew_under_its_name_holds_once() {
    let mut cluster = roomy();
    for _ in 0..3 {
        let uid = cluster.create(&alice(), job("team-a", "train", 2, 2)).uid();
        assert_eq!(cluster.gate.held(), 4);
        cluster.settle();
        assert!(cluster.delete(&alice(), &uid, "Background").is_stored());
        cluster.settle();
    }
    assert_eq!((cluster.living(), cluster.gate.held()), (0, 0));
}

#[test]
fn users_of_other_namespaces_and_impersonators_are_not_believed() {
    let mut cluster = roomy();
    let uid = cluster.create(&alice(), job("team-a", "train", 1, 1)).uid();
    let mut held = 1;
    let mut impersonated = controller("job-controller");
    impersonated.as_object_mut().unwrap().remove("uid");
    for (number, who) in [user("system:serviceaccount:team-b:builder"), user("bob"), impersonated].iter().enumerate() {
        let mut forged = pod("team-a", &format!("forged-{number}"), "train", 8);
        forged["metadata"]["ownerReferences"] =
            json!([{ "apiVersion": "batch/v1", "kind": "Job", "name": "train", "uid": uid, "controller": true }]);
        cluster.create(who, forged).uid();
        held += 8;
        assert_eq!(cluster.gate.held(), held, "{who}");
    }
}

#[test]
fn noise_leaves_no_rows_and_what_has_ended_is_forgotten() {
    let mut cluster = roomy();
    for number in 0..20 {
        let uid = cluster.create(&alice(), job("team-a", &format!("train-{number}"), 2, 1)).uid();
        cluster.settle();
        for attempt in 0..40 {
            let heard = json!({ "startTime": "2026-11-30T09:00:00Z", "active": attempt });
            assert!(
                cluster.update(&controller("job-controller"), &uid, "status", |job| job["status"] = heard).is_stored()
            );
        }
        cluster.delete(&alice(), &uid, "Background");
        cluster.settle();
    }
    assert_eq!((cluster.gate.held(), cluster.gate.demands(None).len()), (0, 20), "one admission for each Job");
    let known = cluster.gate.bench.store.read::<_, wattledger::store::StoreError>(|tx| tx.kubernetes().all());
    assert_eq!(known.unwrap(), []);
}

/// Reviews of an API server 1.34.2, of two Jobs that were deleted before their pods had a node: the garbage collector's only deletion of the first pod
/// comes after its Job has begun to take its finalizer off, that of the second before. The last word of both is a change by the Job's controller,
/// which is reviewed twice.
#[test]
fn a_pod_that_a_finalizer_keeps_ends_with_the_change_that_takes_it_off() {
    let gate = super::bench::Gate::new(i64::MAX / 4);
    let reviews = include_str!("objects/jobs-deleted-by-1.34.jsonl");
    let held: Vec<u64> = reviews
        .lines()
        .map(|line| {
            gate.allow(&serde_json::from_str(line).unwrap());
            gate.held()
        })
        .collect();
    assert_eq!(held, [2, 2, 2, 2, 2, 2, 0, 0, 2, 2, 2, 2, 2, 2, 2, 0, 0]);
}
