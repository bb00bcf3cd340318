// Transactions by the client's single calls: kafka-go has no transactional writer, so the batches are made here.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

const (
	paid  = "paid"
	id    = "till"
	group = "payers"
	// Error codes that this client has no name for, or only in its tests.
	concurrentTransactions = kafka.Error(51)
	producerFenced         = kafka.Error(90)
)

type till struct {
	client   *kafka.Client
	session  *kafka.ProducerSession
	sequence int32
}

// again asks until nothing is under way any more: the coordinator may still be found, or end the transaction before.
func again(ctx context.Context, ask func() error) {
	for {
		err := ask()
		var code kafka.Error
		is := errors.As(err, &code) && (code == concurrentTransactions || code.Temporary())
		if !is || ctx.Err() != nil {
			must(err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func open(ctx context.Context, client *kafka.Client) *till {
	made := &till{client: client}
	again(ctx, func() error {
		answer, err := client.InitProducerID(ctx, &kafka.InitProducerIDRequest{TransactionalID: id, TransactionTimeoutMs: 60000, ProducerID: -1, ProducerEpoch: -1})
		if err != nil {
			return err
		}
		made.session = answer.Producer
		return answer.Error
	})
	return made
}

// addPartition answers what the coordinator says of the partition.
func (t *till) addPartition(ctx context.Context) error {
	answer, err := t.client.AddPartitionsToTxn(ctx, &kafka.AddPartitionsToTxnRequest{TransactionalID: id, ProducerID: t.session.ProducerID, ProducerEpoch: t.session.ProducerEpoch, Topics: map[string][]kafka.AddPartitionToTxn{paid: {{Partition: 0}}}})
	if err != nil {
		return err
	}
	return answer.Topics[paid][0].Error
}

func (t *till) write(ctx context.Context, value string) {
	again(ctx, func() error { return t.addPartition(ctx) })
	batch := t.batch(value)
	again(ctx, func() error {
		answer, err := t.client.RawProduce(ctx, &kafka.RawProduceRequest{Topic: paid, Partition: 0, RequiredAcks: kafka.RequireAll, TransactionalID: id, RawRecords: protocol.RawRecordSet{Reader: bytes.NewReader(batch)}})
		if err != nil {
			return err
		}
		return answer.Error
	})
	t.sequence++
}

// batch is one record as a batch of the transaction: what the client writes, with producer and checksum filled in.
func (t *till) batch(value string) []byte {
	records := protocol.NewRecordReader(protocol.Record{Time: time.Now(), Value: protocol.NewBytes([]byte(value))})
	var buffer bytes.Buffer
	_, err := (&protocol.RecordSet{Version: 2, Attributes: protocol.Transactional, Records: records}).WriteTo(&buffer)
	must(err)
	set := buffer.Bytes()
	// The set's size comes first; the batch's checksum is at 17 and covers all that follows it.
	batch := set[4:]
	binary.BigEndian.PutUint64(batch[43:], uint64(t.session.ProducerID))
	binary.BigEndian.PutUint16(batch[51:], uint16(t.session.ProducerEpoch))
	binary.BigEndian.PutUint32(batch[53:], uint32(t.sequence))
	binary.BigEndian.PutUint32(batch[17:], crc32.Checksum(batch[21:], crc32.MakeTable(crc32.Castagnoli)))
	return set
}

func (t *till) commitOffset(ctx context.Context, offset int64) {
	again(ctx, func() error {
		answer, err := t.client.AddOffsetsToTxn(ctx, &kafka.AddOffsetsToTxnRequest{TransactionalID: id, ProducerID: t.session.ProducerID, ProducerEpoch: t.session.ProducerEpoch, GroupID: group})
		if err != nil {
			return err
		}
		return answer.Error
	})
	again(ctx, func() error {
		answer, err := t.client.TxnOffsetCommit(ctx, &kafka.TxnOffsetCommitRequest{TransactionalID: id, GroupID: group, ProducerID: t.session.ProducerID, ProducerEpoch: t.session.ProducerEpoch, GenerationID: -1, Topics: map[string][]kafka.TxnOffsetCommit{topic: {{Partition: 0, Offset: offset}}}})
		if err != nil {
			return err
		}
		return answer.Topics[topic][0].Error
	})
}

func (t *till) end(ctx context.Context, committed bool) {
	again(ctx, func() error {
		answer, err := t.client.EndTxn(ctx, &kafka.EndTxnRequest{TransactionalID: id, ProducerID: t.session.ProducerID, ProducerEpoch: t.session.ProducerEpoch, Committed: committed})
		if err != nil {
			return err
		}
		return answer.Error
	})
}

// ends answers where what is decided ends, and where the records do.
func ends(ctx context.Context, client *kafka.Client) (stable, high int64) {
	answer, err := client.Fetch(ctx, &kafka.FetchRequest{Topic: paid, Partition: 0, Offset: 0, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 100 * time.Millisecond, IsolationLevel: kafka.ReadCommitted})
	must(err)
	must(answer.Error)
	return answer.LastStableOffset, answer.HighWatermark
}

func committedOffset(ctx context.Context, client *kafka.Client) int64 {
	answer, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0}}})
	must(err)
	must(answer.Error)
	return answer.Topics[topic][0].CommittedOffset
}

func transactions(ctx context.Context, addresses []string, client *kafka.Client) {
	answer, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: paid, NumPartitions: 1, ReplicationFactor: 3}}})
	must(err)
	must(answer.Errors[paid])
	first := open(ctx, client)
	first.write(ctx, "committed")
	first.commitOffset(ctx, 7)
	first.end(ctx, true)
	first.write(ctx, "aborted")
	first.commitOffset(ctx, 9)
	first.end(ctx, false)
	second := open(ctx, client)
	held(second.session.ProducerID == first.session.ProducerID && second.session.ProducerEpoch > first.session.ProducerEpoch, "%v after %v", second.session, first.session)
	err = first.addPartition(ctx)
	held(errors.Is(err, producerFenced), "the first is not fenced: %v", err)
	second.write(ctx, "last")
	stable, high := ends(ctx, client)
	held(stable < high, "an open transaction is stable: %d of %d", stable, high)
	second.end(ctx, true)
	for stable < high {
		must(ctx.Err())
		time.Sleep(50 * time.Millisecond)
		stable, high = ends(ctx, client)
	}
	// This client shows records of aborted transactions and markers, too: it leaves them to its user.
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: addresses, Topic: paid, Partition: 0, IsolationLevel: kafka.ReadCommitted, MaxWait: 100 * time.Millisecond})
	message, err := reader.ReadMessage(ctx)
	must(err)
	held(string(message.Value) == "committed", "%s is first", message.Value)
	for string(message.Value) != "last" {
		message, err = reader.ReadMessage(ctx)
		must(err)
	}
	must(reader.Close())
	// The marker of the commit is written to the group's partition a moment after the answer.
	for committedOffset(ctx, client) != 7 {
		must(ctx.Err())
		time.Sleep(50 * time.Millisecond)
	}
}
